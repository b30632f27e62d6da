// Asks the management port of this container whether its service is alive; the exit code is the answer.
const { SIGNET_HOST: host = '', SIGNET_MANAGEMENT_PORT: port = '3100' } = process.env;
const everywhere = ['', '0.0.0.0', '::'].includes(host);
const address = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
const answer = await fetch(`http://${address}:${port}/livez`, { signal: AbortSignal.timeout(4_000) }).catch(
  () => undefined,
);
process.exit(answer?.ok ? 0 : 1);
