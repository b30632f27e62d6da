import { backoffMs } from '@signet/async';
import type { LogPosition, LogRelayOptions, RelayLag, RelayRole } from './log-relay.options.ts';
import { Pause } from './pause.ts';
import { RelaySession } from './relay-session.ts';
import type { SessionOptions } from './relay-session.ts';
import { relayStatements } from './relay-statements.ts';

const FIRST_BACKOFF_MS = 100;
/** While rows wait for an earlier transaction to end, the relay reads again after this time, and then after twice as long each time. */
const FIRST_REPOLL_MS = 5;
/** The longest of these waits. */
const LONGEST_REPOLL_MS = 250;
/** How often an idle log is looked at by default: a wake-up may be lost with a connection. */
const POLL_INTERVAL_MS = 1_000;
/** The default lease: another replica publishes within twice this time, half a minute. */
const LOCK_LEASE_MS = 15_000;

/**
 * Publishes a log in the order (tx, position), and does not skip rows that commit late. Of all replicas, only the one that holds
 * an advisory lock publishes under a name. A replica without the lock waits, and takes over when the holder's connection ends, or
 * when PostgreSQL has heard nothing of the holder for `lockLeaseMs`.
 *
 * At least once: a batch is published, then its position is stored; after a crash in between it is published again.
 * If `publish` fails, it is tried again with backoff for ever; no row is skipped.
 */
export class LogRelay<Row extends LogPosition = LogPosition> {
  readonly #options: LogRelayOptions<Row>;
  readonly #sessionOptions: SessionOptions;
  readonly #batchSize: number;
  readonly #pollIntervalMs: number;
  readonly #pause = new Pause();
  #session: RelaySession | undefined;
  #running: Promise<void> | undefined;
  #role: RelayRole = 'stopped';
  /** Since when there have been committed rows that are not published; undefined when there are none. */
  #behindSince: Date | undefined;
  /** On a replica that waits for the lock: since when it has seen rows that are not published. */
  #seenBehindSince: Date | undefined;
  #failures = 0;

  /** Throws for a name that is not a plain SQL name. */
  constructor(options: LogRelayOptions<Row>) {
    const {
      batchSize = 1000,
      positionsTable = 'relay_positions',
      pollIntervalMs = POLL_INTERVAL_MS,
      jsonAsText = false,
    } = options;
    const { connection, name, table, columns, timeColumn, clock, lockLeaseMs = LOCK_LEASE_MS } = options;
    const statements = relayStatements({ table, columns, timeColumn, batchSize, positionsTable });
    this.#options = options;
    this.#batchSize = batchSize;
    this.#pollIntervalMs = pollIntervalMs;
    this.#sessionOptions = { connection, name, statements, jsonAsText, clock, lockLeaseMs };
  }

  get role(): RelayRole {
    return this.#role;
  }

  /** Begins in the background. A database that cannot be reached is tried again until `stop()`. */
  start(): void {
    if (this.#running !== undefined) return;
    this.#pause.start();
    this.#running = this.#run();
  }

  /** Lets the batch in progress finish and stores its position, then gives the lock back. */
  async stop(): Promise<void> {
    this.#pause.stop();
    await this.#running;
    this.#running = undefined;
  }

  /**
   * To be called after a commit: the relay reads at once instead of at the next poll, also if another replica publishes. That
   * one is told by a notification of PostgreSQL. Call it as often as you like.
   */
  wake(): void {
    if (this.#role === 'waiting') this.#session?.tellHolder();
    else this.#pause.wake();
  }

  /**
   * How far the publishing of the log is behind, no matter which replica publishes. One index scan; never rejects. Rows
   * that are held back by a long transaction elsewhere count, too.
   */
  async lag(): Promise<RelayLag> {
    const { clock, timeColumn } = this.#options;
    const since = (start: Date | number): number => Math.max(0, (clock().getTime() - new Date(start).getTime()) / 1000);
    try {
      const { rows, oldestMs = null, storedMs = null } = (await this.#session?.lag()) ?? { rows: undefined };
      if (rows === 0) this.#seenBehindSince = undefined;
      if (rows === 0) return { seconds: 0, rows };
      if (timeColumn !== undefined && oldestMs !== null) return { seconds: since(oldestMs), rows };
      if (this.#role === 'waiting' && rows !== undefined) {
        // Another replica publishes, or should. The waiting rows have no time: the lag counts from our first sight of them, or from
        // that replica's last progress if that is later.
        this.#seenBehindSince ??= clock();
        return { seconds: since(Math.max(this.#seenBehindSince.getTime(), storedMs ?? 0)), rows };
      }
      return { seconds: this.#behindSince === undefined ? 0 : since(this.#behindSince), rows };
    } catch {
      return { seconds: this.#behindSince === undefined ? 0 : since(this.#behindSince), rows: undefined };
    }
  }

  async #run(): Promise<void> {
    const { name, logger } = this.#options;
    while (!this.#pause.isStopped) {
      this.#role = 'connecting';
      try {
        this.#session = await RelaySession.open(this.#sessionOptions);
        await this.#awaitLock(this.#session);
        if (!this.#pause.isStopped) await this.#publishFrom(this.#session);
      } catch (error) {
        // The lag is unknown now, so it counts from now: while the database is away, the relay must not look up to date.
        this.#behindSince ??= this.#options.clock();
        logger.warn({ relay: name, err: error }, 'The relay lost its database; it connects again.');
        // Close before the pause: the lock is held as long as the session is open.
        await this.#closeSession();
        await this.#backoff();
      } finally {
        await this.#closeSession();
      }
    }
    this.#role = 'stopped';
  }

  async #closeSession(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  async #awaitLock(session: RelaySession): Promise<void> {
    this.#role = 'waiting';
    // Only the replica with the lock knows since when the relay is behind.
    this.#behindSince = undefined;
    await session.begin();
    while (!this.#pause.isStopped && !(await this.#tryLock(session))) {
      this.#failures = 0;
      await this.#pause.for(this.#options.lockIntervalMs ?? 500);
    }
  }

  async #tryLock(session: RelaySession): Promise<boolean> {
    const { mayPublish = () => true } = this.#options;
    if (mayPublish()) return session.tryLock();
    // Without a statement, a lost connection would not be noticed.
    session.throwIfLost();
    return false;
  }

  async #publishFrom(session: RelaySession): Promise<void> {
    let position = await session.position();
    const repolls = { firstMs: FIRST_REPOLL_MS, longestMs: Math.min(this.#pollIntervalMs, LONGEST_REPOLL_MS) };
    let waits = 0;
    await session.listen(() => this.#pause.wake());
    this.#role = 'publishing';
    this.#options.logger.info({ relay: this.#options.name, ...position }, 'This replica publishes the log.');
    while (!this.#pause.isStopped) {
      const rows = await session.next<Row>(position);
      this.#failures = 0;
      const last = rows.at(-1);
      if (last !== undefined) {
        this.#behindSince ??= this.#options.clock();
        if (!(await session.asHolder(() => this.#publish(rows, session)))) return;
        position = { tx: last.tx, position: last.position };
        await session.store(position);
        waits = 0;
      }
      if (rows.length === this.#batchSize) continue;
      if (await session.hasMore(position)) {
        this.#behindSince ??= this.#options.clock();
        waits += 1;
        await this.#pause.for(backoffMs(waits, repolls));
      } else {
        this.#behindSince = undefined;
        waits = 0;
        await this.#untilMore(session, position);
      }
    }
  }

  /** Waits until it is woken, or has seen rows by itself. */
  async #untilMore(session: RelaySession, position: LogPosition): Promise<void> {
    while (!(await this.#pause.untilWoken(this.#pollIntervalMs)) && !this.#pause.isStopped) {
      if (await session.hasMore(position)) return;
    }
  }

  /** Tries until it succeeds (true), or the relay is stopped (false). Throws when the lock is lost. */
  async #publish(rows: readonly Row[], { signal, throwIfLost }: RelaySession): Promise<boolean> {
    for (;;) {
      try {
        await this.#options.publish(rows, { signal, throwIfLost });
        this.#failures = 0;
        return true;
      } catch (error) {
        throwIfLost();
        const { name, logger } = this.#options;
        logger.error({ relay: name, err: error, rows: rows.length }, 'The relay could not publish; it tries again.');
        await this.#backoff();
        throwIfLost();
        if (this.#pause.isStopped) return false;
      }
    }
  }

  /** Waits for a random time between half and all of a limit that doubles with every failure in a row. */
  async #backoff(): Promise<void> {
    const { longestBackoffMs: longestMs = 10_000, random } = this.#options;
    this.#failures += 1;
    await this.#pause.for(backoffMs(this.#failures, { firstMs: FIRST_BACKOFF_MS, longestMs, jitter: 0.5, random }));
  }
}
