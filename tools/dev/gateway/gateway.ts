// The process that listens on the one public address under `npm start`.
import type { FromGateway } from './gateway-messages.ts';
import { createGateway } from './gateway-proxy.ts';
import type { Upstreams } from './gateway-proxy.ts';

const { GATEWAY_HOST, GATEWAY_PORT, GATEWAY_UPSTREAMS } = process.env;
const server = createGateway(JSON.parse(GATEWAY_UPSTREAMS ?? '') as Upstreams);
server.listen(Number(GATEWAY_PORT), GATEWAY_HOST, () => process.send?.({ kind: 'listening' } satisfies FromGateway));

/** EX_CONFIG of sysexits.h: the launcher shows what was said, and no stack trace. */
const EXIT_BAD_SETTINGS = 78;
server.once('error', ({ message }) => {
  console.error(`The public address cannot listen as SIGNET_HOST and SIGNET_PORT say: ${message}.`);
  process.exit(EXIT_BAD_SETTINGS);
});

const stop = (): void => {
  server.close();
  server.closeIdleConnections();
  // Callers that still wait for an answer get a second; the services behind have ended by then.
  setTimeout(() => server.closeAllConnections(), 1_000).unref();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
