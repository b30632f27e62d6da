import pg from 'pg';

/** What `pg` rejects a statement with that has had no answer within `query_timeout`. */
const NO_ANSWER = 'Query read timeout';

/**
 * A client that closes its connection when a statement has no answer within `query_timeout`. `pg` alone only rejects the
 * statement: the pool would take the connection back, and each statement after it would wait as long, for as long as the
 * kernel goes on sending to a node that is gone, which is a quarter of an hour.
 *
 * The statement may have been carried out: only its answer is known to be missing.
 */
export class BoundedClient extends pg.Client {
  // The overloads of `pg` stay as they are. A cursor is no promise; `pg` does not bound it either.
  override query(...statement: never[]): never {
    const answer: unknown = super.query(...(statement as [never]));
    if (answer instanceof Promise) answer.catch((error: unknown) => this.#closeAfter(error));
    return answer as never;
  }

  /** While a statement is under way `end` waits for nothing. */
  #closeAfter(error: unknown): void {
    if (error instanceof Error && error.message === NO_ANSWER) void this.end().catch(() => undefined);
  }
}
