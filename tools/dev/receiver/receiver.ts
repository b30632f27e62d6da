// The receiver that comes with `npm start`: verifies each delivery as any receiver should, and tells what it got.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { SigningKey, Verification } from '@signet/signature';
import { signingKey, verify } from '@signet/signature';
import type { FromReceiver, ToReceiver } from './receiver-messages.ts';

const MAX_BODY_BYTES = 4 * 1024 * 1024;
let keys: readonly SigningKey[] = [];
process.on('message', (message: ToReceiver) => (keys = message.secrets.map(signingKey)));

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) return void response.writeHead(413).end();
  const body = Buffer.concat(chunks);
  const verification = judge(request.headers, body);
  response.writeHead(verification.ok ? 204 : 401).end();
  tell({
    kind: 'delivery',
    eventId: single(request.headers['webhook-id']) ?? '',
    eventType: verification.ok ? typeOf(body) : undefined,
    bytes: body.length,
    refusedBecause: verification.ok ? undefined : verification.reason,
  });
});

function judge(headers: IncomingHttpHeaders, body: Buffer): Verification {
  const id = single(headers['webhook-id']);
  const timestamp = single(headers['webhook-timestamp']);
  const signature = single(headers['webhook-signature']);
  return verify({ id, timestamp, signature, body }, { keys, nowSeconds: Date.now() / 1_000 });
}

const single = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(' ') : header;

function tell(message: FromReceiver): void {
  if (process.connected) process.send?.(message);
}

function typeOf(body: Buffer): string | undefined {
  try {
    return (JSON.parse(body.toString('utf8')) as { type?: string }).type;
  } catch {
    return undefined;
  }
}

server.listen(Number(process.env['RECEIVER_PORT']), '127.0.0.1');
await once(server, 'listening');
tell({ kind: 'listening' });

const stop = (): void => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
};
process.once('SIGTERM', stop);
process.once('disconnect', stop);
