import { once } from 'node:events';
import { createServer as createHttps } from 'node:https';
import type { Server as HttpsServer } from 'node:https';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { EgressClient, EgressRules } from '@signet/egress';
import type { ResolvedAddress } from '@signet/egress';
import { selfSigned } from '@signet/testing';

export const HOSTS = 50;
export const TENANTS = 10;

/** The fault between Signet and all receivers. */
export type Disturbance = 'resolver dead' | 'route gone' | 'CA bundle broken';
/**
 * If the resolver fails, answers of the last minute are still used (`libs/egress`): the fault shows only after this time,
 * milliseconds.
 */
const STALE_MS = 60_001;

interface Host {
  readonly name: string;
  readonly address: string;
  readonly tenantId: string;
  readonly url: string;
  readonly relay: Server;
}

/**
 * Fifty hosts with names, addresses and TLS of their own, of ten tenants, and a client that reaches them. Each has a relay on
 * its own loopback address in front of one real HTTPS server, so that packets can be lost after the handshake of TCP.
 */
export class FiftyHosts {
  /** Requests that were answered, by host. */
  readonly answered = new Map<string, number>();
  private readonly sockets = new Set<Socket>();
  private disturbance: Disturbance | null = null;
  private skewMs = 0;
  private client: EgressClient;
  private readonly clients: EgressClient[];

  private constructor(
    readonly hosts: readonly Host[],
    private readonly server: HttpsServer,
    trusting: (hosts: FiftyHosts) => EgressClient,
    private readonly distrusting: (hosts: FiftyHosts) => EgressClient,
  ) {
    this.client = trusting(this);
    this.clients = [this.client];
  }

  static async start(): Promise<FiftyHosts> {
    const names = Array.from({ length: HOSTS }, (_, n) => `host-${n}.receivers.example`);
    const identity = selfSigned('receivers.example', {}, ['*.receivers.example']);
    const server = createHttps(identity, (request, response) => {
      const name = String(request.headers.host).split(':')[0] ?? '';
      request.resume().on('end', () => {
        all.answered.set(name, (all.answered.get(name) ?? 0) + 1);
        response.end('ok');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const hosts = await Promise.all(
      names.map(async (name, n): Promise<Host> => {
        const address = `127.0.${1 + (n % TENANTS)}.${1 + n}`;
        const relay = createServer((socket) => all.relay(socket)).listen(0, address);
        await once(relay, 'listening');
        const { port } = relay.address() as AddressInfo;
        return { name, address, tenantId: `tenant-${n % TENANTS}`, url: `https://${name}:${port}/`, relay };
      }),
    );
    const clientOf = (extraCertificates: readonly string[]) => (of: FiftyHosts) =>
      new EgressClient({
        rules: new EgressRules({ allow: ['127.0.0.0/8'] }),
        extraCertificates,
        resolve: (host) => of.resolve(host),
        clock: () => new Date(Date.now() + of.skewMs),
      });
    const all = new FiftyHosts(hosts, server, clientOf([identity.cert]), clientOf([]));
    return all;
  }

  /** The client for dispatch. It uses the present client, which changes as after a restart. */
  get egress() {
    return {
      post: (request: Parameters<EgressClient['post']>[0]) => this.client.post(request),
      withholdWaiting: () => this.client.withholdWaiting(),
      close: async () => {
        await Promise.all(this.clients.map((client) => client.close()));
      },
    };
  }

  begin(disturbance: Disturbance): void {
    this.disturbance = disturbance;
    if (disturbance === 'resolver dead') this.skewMs += STALE_MS;
    if (disturbance === 'route gone') for (const socket of this.sockets) socket.pause();
    if (disturbance !== 'CA bundle broken') return;
    this.client = this.distrusting(this);
    this.clients.push(this.client);
  }

  end(): void {
    const was = this.disturbance;
    this.disturbance = null;
    if (was === 'CA bundle broken') this.client = this.clients[0] as EgressClient;
    // Closes connections whose packets were lost: their other side has ended them already.
    if (was === 'route gone') for (const socket of this.sockets) socket.destroy();
  }

  /** The host is really down: its own machine refuses connections. */
  async kill({ relay, address }: Host): Promise<void> {
    const closed = once(relay, 'close');
    relay.close();
    for (const socket of this.sockets) if (socket.localAddress === address) socket.destroy();
    await closed;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    for (const { relay } of this.hosts) relay.close();
    this.server.closeAllConnections();
    this.server.close();
  }

  private resolve(name: string): Promise<readonly ResolvedAddress[]> {
    if (this.disturbance === 'resolver dead')
      return Promise.reject(Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' }));
    const host = this.hosts.find((one) => one.name === name);
    return Promise.resolve(host ? [{ address: host.address, family: 4 }] : []);
  }

  private relay(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    if (this.disturbance === 'route gone') return void socket.pause();
    const { port } = this.server.address() as AddressInfo;
    const behind = connect(port, '127.0.0.1');
    behind.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => behind.destroy());
    socket.pipe(behind);
    behind.on('data', (chunk) => {
      if (this.disturbance !== 'route gone') socket.write(chunk);
    });
  }
}
