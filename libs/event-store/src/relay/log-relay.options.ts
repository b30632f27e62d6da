import type { Clock } from '@signet/contracts';
import type { ClientConfig } from 'pg';

/** Any logger of pino's shape. */
export interface RelayLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Where a row stands in the log; both as text, as PostgreSQL writes them. */
export interface LogPosition {
  readonly tx: string;
  readonly position: string;
}

/**
 * How a session of the relay's own is opened, past any pooler that shares sessions: it holds the lock. `options` says what
 * PostgreSQL may take how long for, and when it gives up, and with it the lock, a holder whose node is gone
 * (tcp_user_timeout, tcp_keepalives_*): about two hours where nobody says so.
 */
export type RelayConnection = Omit<ClientConfig, 'application_name' | 'types'>;

export interface PublishContext {
  /** Aborted when the lock is lost or may be lost, so that another replica may be publishing already. */
  readonly signal: AbortSignal;
  /** To be called before each step that must not follow one of another replica: the signal may be late after a pause. */
  readonly throwIfLost: () => void;
}

export interface LogRelayOptions<Row extends LogPosition> {
  readonly connection: RelayConnection;
  /** One relay of this name runs at a time, over all replicas; its position is kept under it. */
  readonly name: string;
  /** The log: a table, partitioned or not, with `tx xid8`, `position bigint` and an index on (tx, position). */
  readonly table: string;
  /** What `publish` gets of a row beside tx and position. */
  readonly columns: readonly string[];
  /** A timestamptz of the row, by which the lag is measured. */
  readonly timeColumn?: string | undefined;
  /** json and jsonb columns come as text, for a log whose rows are passed on unread. */
  readonly jsonAsText?: boolean | undefined;
  /** At most so many rows a batch; default 1000. */
  readonly batchSize?: number | undefined;
  /**
   * Resolves when the rows are durable elsewhere. Called with one batch at a time, in order; called again with the same
   * rows after a failure, and after a crash: at least once.
   */
  readonly publish: (rows: readonly Row[], context: PublishContext) => Promise<void>;
  /**
   * Asked before the lock is. While it says no, this replica waits and leaves the lock to another one that can publish; its
   * lag is true meanwhile. Once it has the lock it keeps it. Default: always.
   */
  readonly mayPublish?: (() => boolean) | undefined;
  /**
   * PostgreSQL gives the lock to another replica when it has heard nothing of the holder for so long; the holder stops to
   * publish at two thirds of it. Default 15 s.
   */
  readonly lockLeaseMs?: number | undefined;
  /** How often an idle log is looked at without `wake()`; default 250 ms. */
  readonly pollIntervalMs?: number | undefined;
  /** How often a replica without the lock asks for it; default 500 ms. */
  readonly lockIntervalMs?: number | undefined;
  /** Longest wait after a failure of publishing or connecting; default 10 s. It starts at 100 ms and doubles. */
  readonly longestBackoffMs?: number | undefined;
  /** Default `relay_positions`. */
  readonly positionsTable?: string | undefined;
  readonly clock: Clock;
  /** From 0 up to 1; default Math.random. */
  readonly random?: (() => number) | undefined;
  readonly logger: RelayLogger;
}

export interface RelayLag {
  /**
   * Age of the oldest row that is committed and not published; 0 where there is none. Without a `timeColumn` it is the
   * time since the relay last had published everything; on a replica that waits for the lock, the time since the one that
   * publishes made progress, counted from this replica's first sight of waiting rows.
   */
  readonly seconds: number;
  /** How many such rows there are, counted up to 10,000; undefined while the database cannot be asked. */
  readonly rows: number | undefined;
}

export type RelayRole = 'stopped' | 'connecting' | 'waiting' | 'publishing';
