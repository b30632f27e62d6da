import { Socket } from 'node:net';
import pg from 'pg';

/** What `pg` rejects a statement with that has had no answer within `query_timeout`. */
const NO_ANSWER = 'Query read timeout';
/** PostgreSQL is told of the end, and closes its side within so long, milliseconds; on one machine it takes less than one. */
const CLOSE_MS = 2_000;

/**
 * A client whose waits end. It closes its connection when a statement has no answer within `query_timeout`: `pg` alone only
 * rejects the statement, the pool would take the connection back, and each statement after it would wait as long, for as long
 * as the kernel goes on sending to a node that is gone, which is a quarter of an hour. And it closes it within `CLOSE_MS`: `pg`
 * waits for the other end, and with it a pool that is closed, and a service that stops.
 *
 * The statement may have been carried out: only its answer is known to be missing.
 */
export class BoundedClient extends pg.Client {
  readonly #socket: Socket;

  constructor(config: pg.ClientConfig = {}) {
    const socket = new Socket();
    // Below TLS, where there is some: destroying it needs no answer. A spread would lose the password, which a pool hides.
    const own = Object.getOwnPropertyDescriptors({ stream: () => socket });
    super(Object.create(null, { ...Object.getOwnPropertyDescriptors(config), ...own }) as pg.ClientConfig);
    this.#socket = socket;
  }

  // The overloads of `pg` stay as they are. A cursor is no promise; `pg` does not bound it either.
  override query(...statement: never[]): never {
    const answer: unknown = super.query(...(statement as [never]));
    if (answer instanceof Promise) answer.catch((error: unknown) => this.#closeAfter(error));
    return answer as never;
  }

  /** The pool gives a callback. */
  override end(): Promise<void>;
  override end(ended: (error: Error) => void): void;
  override end(ended?: (error: Error) => void): Promise<void> | void {
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
    this.#socket.once('close', () => clearTimeout(timer));
    if (this.#socket.destroyed) clearTimeout(timer);
    return ended ? super.end(ended) : super.end();
  }

  /** While a statement is under way `end` waits for nothing. */
  #closeAfter(error: unknown): void {
    if (error instanceof Error && error.message === NO_ANSWER) void this.end().catch(() => undefined);
  }
}
