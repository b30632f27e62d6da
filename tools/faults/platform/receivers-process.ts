// The receivers: HTTPS on many addresses of a network namespace of its own. The parent process sends the commands.
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { Server } from 'node:https';

export type ReceiversOrder =
  | {
      readonly kind: 'listen';
      readonly addresses: readonly string[];
      readonly port: number;
      readonly cert: string;
      readonly key: string;
    }
  | { readonly kind: 'kill'; readonly addresses: readonly string[] }
  | { readonly kind: 'report' };
export type ReceiversAnswer =
  | { readonly kind: 'done' }
  /** `host webhook-id` of each POST that was answered with 200, once each. */
  | { readonly kind: 'report'; readonly received: readonly string[] };

const servers = new Map<string, Server>();
const received = new Set<string>();

async function listen({ addresses, port, cert, key }: Extract<ReceiversOrder, { kind: 'listen' }>): Promise<void> {
  for (const address of addresses) {
    const server = createServer({ cert, key }, (request, response) => {
      const host = String(request.headers.host).split(':')[0] ?? '';
      request.resume().on('end', () => {
        received.add(`${host} ${String(request.headers['webhook-id'])}`);
        response.end('ok');
      });
    }).listen(port, address);
    await once(server, 'listening');
    servers.set(address, server);
  }
}

/** Their own machines refuse connections. */
async function kill(addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    const server = servers.get(address);
    if (server === undefined) continue;
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await closed;
  }
}

async function answer(order: ReceiversOrder): Promise<ReceiversAnswer> {
  switch (order.kind) {
    case 'listen':
      await listen(order);
      return { kind: 'done' };
    case 'kill':
      await kill(order.addresses);
      return { kind: 'done' };
    case 'report':
      return { kind: 'report', received: [...received] };
  }
}

process.on('message', (order: ReceiversOrder) => void answer(order).then((said) => process.send?.(said)));
process.on('disconnect', () => process.exit(0));
// The parent ends us by closing the channel; a Ctrl-C reaches it first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
