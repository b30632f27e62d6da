import { Socket } from 'node:net';
import type { Clock } from '@signet/contracts';
import pg from 'pg';
import { LockLease } from './lock-lease.ts';
import type { LogPosition, RelayConnection } from './log-relay.options.ts';
import { systemMoment } from './moment.ts';
import type { RelayStatements } from './relay-statements.ts';

export interface SessionOptions {
  readonly connection: RelayConnection;
  readonly name: string;
  readonly statements: RelayStatements;
  readonly jsonAsText: boolean;
  readonly clock: Clock;
  /** PostgreSQL ends the session, and frees its lock, after so much silence of the session. */
  readonly lockLeaseMs: number;
}

/** The time limit of one statement. Each is an index scan of milliseconds, and after any failure a relay must publish again within 30 s. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** Later than the statement's own limit in PostgreSQL: if there is no answer by then, the connection is dead, and we close it. */
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** The message with which `pg` rejects a statement that was not answered within `query_timeout`. */
const NO_ANSWER = 'Query read timeout';

/**
 * The first statements of the session. All its queries should be index scans, so other plans are switched off: wrong statistics
 * must not make the planner choose one. A position need not wait for the disk: if it is lost in a crash of the server, rows are
 * only published again.
 */
export const SESSION_SETTINGS = `
  set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off; set jit = off;
  set plan_cache_mode = force_generic_plan; set synchronous_commit = off`;

/**
 * The limits of a holder's session (docs/adr/0036). Keepalives find a node that is gone. But if a proxy between the two still
 * answers them, or if the process hangs, only PostgreSQL can notice that the session is not used any more.
 */
const limitsOf = (lockLeaseMs: number): string => `
  set idle_session_timeout = ${lockLeaseMs};
  select set_config(name, case when setting::int between 1 and ${STATEMENT_TIMEOUT_MS} then setting else '${STATEMENT_TIMEOUT_MS}' end, false)
  from pg_settings where name = 'statement_timeout'`;

const JSON_TYPES: readonly number[] = [pg.types.builtins.JSON, pg.types.builtins.JSONB];
const asText = (value: string): string => value;

/**
 * The relay's own connection. Lock, reading and position use the same connection, so that a replica that has lost the lock
 * cannot read rows or store positions either.
 */
export class RelaySession {
  readonly #lost = new AbortController();
  readonly #client: pg.Client;
  readonly #options: SessionOptions;
  readonly #socket: Socket;
  readonly #lease: LockLease;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(client: pg.Client, socket: Socket, options: SessionOptions) {
    this.#client = client;
    this.#socket = socket;
    this.#options = options;
    this.#lease = new LockLease({
      leaseMs: options.lockLeaseMs,
      prove: () => this.#query('prove', 'select', []),
      onLost: (error) => this.#lose(error),
    });
    client.on('error', (error) => this.#lost.abort(error));
    client.on('end', () => this.#lost.abort(new Error('The connection was closed.')));
  }

  static async open(options: SessionOptions): Promise<RelaySession> {
    const socket = new Socket();
    const { connection } = options;
    const client = new pg.Client({
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ...connection,
      query_timeout: Math.min(connection.query_timeout || QUERY_TIMEOUT_MS, QUERY_TIMEOUT_MS),
      stream: () => socket,
      application_name: `signet relay ${options.name}`.slice(0, 63),
      ...(options.jsonAsText ? { types: jsonAsText } : {}),
    });
    const session = new RelaySession(client, socket, options);
    try {
      await client.connect();
      await client.query(SESSION_SETTINGS);
      await client.query(limitsOf(options.lockLeaseMs));
      session.#lease.start();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Aborted when the connection, and with it the lock, is gone or may be gone. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** @see LockLease.during */
  asHolder<T>(work: () => Promise<T>): Promise<T> {
    return this.#lease.during(work);
  }

  /** Throws if PostgreSQL may have given the lock to another replica. To be called right before each step that needs the lock. */
  readonly throwIfLost = (): void => {
    this.#lease.check();
    this.#lost.signal.throwIfAborted();
  };

  /**
   * Tries to get the relay's lock without waiting: a session that waits in pg_advisory_lock keeps a snapshot, and
   * meanwhile VACUUM could remove nothing in the whole database.
   */
  async tryLock(): Promise<boolean> {
    const sql = `select pg_try_advisory_lock(hashtextextended('signet/relay/' || $1, 0)) as locked`;
    const [row] = await this.#query<{ locked: boolean }>('lock', sql, [this.#options.name]);
    return row!.locked;
  }

  /** If no relay of this name has run yet, stores the position before the first row: the lag counts from there. */
  async begin(): Promise<void> {
    const { name, statements, clock } = this.#options;
    await this.#query('begin', statements.begin, [name, clock()]);
  }

  /** Where the relay of this name stopped; before the first row if it never ran. */
  async position(): Promise<LogPosition> {
    const { name, statements } = this.#options;
    await this.begin();
    const [row] = await this.#query<LogPosition & { isAhead: boolean }>('position', statements.position, [name]);
    if (row!.isAhead) {
      throw new Error(
        `Relay "${name}" has read up to transaction ${row!.tx}, which this server has not reached: the database was ` +
          'restored from a dump. See "After a restore" in libs/event-store/README.md.',
      );
    }
    return { tx: row!.tx, position: row!.position };
  }

  /** Calls back whenever another session of this relay has told that rows were committed. */
  async listen(onTold: () => void): Promise<void> {
    this.#client.on('notification', onTold);
    await this.#query('listen', `listen ${pg.escapeIdentifier(channelOf(this.#options.name))}`, []);
  }

  /** Tells the session that has the lock that rows were committed. If that fails, the holder finds them at its next poll. */
  tellHolder(): void {
    void this.#query('notify', `select pg_notify($1, '')`, [channelOf(this.#options.name)]).catch(() => undefined);
  }

  next<Row extends LogPosition>({ tx, position }: LogPosition): Promise<Row[]> {
    return this.#query<Row>('next', this.#options.statements.next, [tx, position]);
  }

  /** Whether there are committed rows after this position, also if a transaction before them still runs. */
  async hasMore({ tx, position }: LogPosition): Promise<boolean> {
    const [row] = await this.#query<{ hasMore: boolean }>('more', this.#options.statements.hasMore, [tx, position]);
    return row!.hasMore;
  }

  async store({ tx, position }: LogPosition): Promise<void> {
    const { name, statements, clock } = this.#options;
    await this.#query('store', statements.store, [name, tx, position, clock()]);
  }

  /** `storedMs`: when the publishing replica last stored its position; null if no rows wait. */
  async lag(): Promise<{ rows: number; oldestMs: number | null; storedMs: number | null }> {
    const { name, statements } = this.#options;
    const [row] = await this.#query<Awaited<ReturnType<RelaySession['lag']>>>('lag', statements.lag, [name]);
    return row!;
  }

  /** Closes the connection, which frees the lock. If the server does not answer, the socket is destroyed after a short time. */
  async close(): Promise<void> {
    this.#lease.stop();
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS);
    await this.#client.end().catch(() => undefined);
    clearTimeout(timer);
  }

  #lose(error: unknown): void {
    this.#lost.abort(error);
    this.#socket.destroy();
  }

  /** One statement at a time, prepared once in the session's life. */
  #query<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    const run = async (): Promise<Row[]> => {
      this.#lost.signal.throwIfAborted();
      const sentAt = systemMoment();
      try {
        const { rows } = await this.#client.query<Row>({ name: `relay-${name}`, text, values });
        this.#lease.answered(sentAt);
        return rows;
      } catch (error) {
        // Otherwise each following statement would wait as long.
        if (error instanceof Error && error.message === NO_ANSWER) this.#lose(error);
        throw error;
      }
    };
    const result = this.#last.then(run, run);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** The channel of a relay's notifications. PostgreSQL takes at most 63 bytes. */
const channelOf = (name: string): string => `signet relay ${name}`.slice(0, 63);

const jsonAsText: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    JSON_TYPES.includes(oid) ? asText : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};
