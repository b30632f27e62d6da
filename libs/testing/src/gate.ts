import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { freePort } from '@signet/embedded';

/** A way to PostgreSQL that can be closed: as if the server were down, connections under way included. */
export class Gate {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

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

  /** Does nothing where it is open. */
  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    this.#server = createServer((incoming) => {
      const outgoing = connect(Number(this.target.port), this.target.hostname);
      incoming.pipe(outgoing).pipe(incoming);
      for (const socket of [incoming, outgoing]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          incoming.destroy();
          outgoing.destroy();
        });
      }
    });
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
}
