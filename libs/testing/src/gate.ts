import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { freePort } from '@signet/embedded';

/**
 * A proxy in front of PostgreSQL. It can be closed, as if the server was down; then open connections are closed, too. It can also be
 * frozen, as if a device on the way had dropped its connections silently: they stay open, their bytes are acknowledged, but no bytes
 * arrive.
 */
export class Gate {
  readonly #sockets = new Set<Socket>();
  readonly #ways = new Set<{ readonly flow: () => void; readonly stand: () => void }>();
  #server: Server | undefined;
  #isFrozen = false;

  private constructor(
    private readonly target: URL,
    private readonly port: number,
  ) {}

  static async to(url: string): Promise<Gate> {
    // Not one that outgoing connections get: while the gate is closed, one of them would keep it from being opened again.
    const gate = new Gate(new URL(url), await freePort());
    await gate.open();
    return gate;
  }

  /** The URL that leads through it. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Connections that lead through it now. */
  get connections(): number {
    return this.#ways.size;
  }

  /** Does nothing where it is open. */
  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    this.#server = createServer((incoming) => this.#lead(incoming));
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(server, 'close');
  }

  /** From now on no bytes pass in either direction, and not even the end of a connection. New connections are just as silent. */
  freeze(): void {
    this.#isFrozen = true;
    for (const { stand } of this.#ways) stand();
  }

  /** Ends the freeze: bytes that were sent meanwhile arrive. */
  thaw(): void {
    this.#isFrozen = false;
    for (const { flow } of this.#ways) flow();
  }

  /**
   * Present connections stay frozen for ever, while new ones pass: as behind a NAT that was restarted. `close` closes them all.
   */
  forget(): void {
    for (const { stand } of this.#ways) stand();
    this.#ways.clear();
  }

  #lead(incoming: Socket): void {
    const outgoing = connect(Number(this.target.port), this.target.hostname);
    const way = {
      flow: (): void => void incoming.pipe(outgoing).pipe(incoming),
      // Without a reader the sockets take what the kernel has room for, the end of the stream excepted.
      stand: (): void => {
        incoming.unpipe(outgoing).pause();
        outgoing.unpipe(incoming).pause();
      },
    };
    this.#ways.add(way);
    if (this.#isFrozen) way.stand();
    else way.flow();
    for (const socket of [incoming, outgoing]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.#ways.delete(way);
        incoming.destroy();
        outgoing.destroy();
      });
    }
  }
}
