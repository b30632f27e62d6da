import { Socket } from 'node:net';
import pg from 'pg';

/** The message with which `pg` rejects a statement that was not answered within `query_timeout`. */
const NO_ANSWER = 'Query read timeout';
/** The time that PostgreSQL has to close its side of the connection, milliseconds; on the same machine it takes less than one. */
const CLOSE_MS = 2_000;

/**
 * A client whose waits have an end, in two cases:
 *
 * - When a statement is not answered within `query_timeout`, it closes its connection. `pg` alone only rejects the statement: the
 *   pool would use the connection again, and each later statement would wait as long, for the quarter of an hour in which the kernel
 *   goes on sending to a node that is gone.
 * - When the client is ended, it closes its connection within `CLOSE_MS`. `pg` alone waits for the other end, and so would a pool that
 *   is closed and a service that stops.
 *
 * A statement without an answer may have been carried out all the same.
 */
export class BoundedClient extends pg.Client {
  readonly #socket: Socket;

  constructor(config: pg.ClientConfig = {}) {
    const socket = new Socket();
    // The socket below TLS, if there is TLS: to destroy it needs no answer. To spread `config` would lose the password, which a pool hides.
    const own = Object.getOwnPropertyDescriptors({ stream: () => socket });
    super(Object.create(null, { ...Object.getOwnPropertyDescriptors(config), ...own }) as pg.ClientConfig);
    this.#socket = socket;
  }

  // The overloads of `pg` stay as they are. A cursor is no promise, and `pg` has no time-out for it either.
  override query(...statement: never[]): never {
    const answer: unknown = super.query(...(statement as [never]));
    if (answer instanceof Promise) answer.catch((error: unknown) => this.#closeAfter(error));
    return answer as never;
  }

  /** The pool calls it with a callback. */
  override end(): Promise<void>;
  override end(ended: (error: Error) => void): void;
  override end(ended?: (error: Error) => void): Promise<void> | void {
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
    this.#socket.once('close', () => clearTimeout(timer));
    if (this.#socket.destroyed) clearTimeout(timer);
    return ended ? super.end(ended) : super.end();
  }

  /** After such an error it ends the client: while a statement is under way, `end` does not wait for the other side. */
  #closeAfter(error: unknown): void {
    if (error instanceof Error && error.message === NO_ANSWER) void this.end().catch(() => undefined);
  }
}
