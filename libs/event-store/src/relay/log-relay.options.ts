import type { Clock } from '@signet/contracts';
import type { ClientConfig } from 'pg';

/** Any logger of pino's shape. */
export interface RelayLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The place of a row in the log; both parts as text, as PostgreSQL writes them. */
export interface LogPosition {
  readonly tx: string;
  readonly position: string;
}

/**
 * How the relay opens a session of its own, past any pooler that shares sessions: the session holds the lock. Its `options` set
 * the time limits of PostgreSQL, also those (tcp_user_timeout, tcp_keepalives_*) after which PostgreSQL drops a holder whose node is
 * gone, and frees the lock. Without them that takes about two hours.
 */
export type RelayConnection = Omit<ClientConfig, 'application_name' | 'types'>;

export interface PublishContext {
  /** Aborted when the lock is lost or may be lost: another replica may be publishing already. */
  readonly signal: AbortSignal;
  /** To be called before each step that must not come after a step of another replica. After a pause of the process the signal may be late. */
  readonly throwIfLost: () => void;
}

export interface LogRelayOptions<Row extends LogPosition> {
  readonly connection: RelayConnection;
  /** Over all replicas, one relay of this name publishes at a time; its position is stored under this name. */
  readonly name: string;
  /** The log: a table, partitioned or not, with `tx xid8`, `position bigint` and an index on (tx, position). */
  readonly table: string;
  /** The columns that `publish` gets in addition to tx and position. */
  readonly columns: readonly string[];
  /** The column with the time of the row, a timestamptz; the lag is measured from it. */
  readonly timeColumn?: string | undefined;
  /** json and jsonb columns come as text, for a log whose rows are passed on unread. */
  readonly jsonAsText?: boolean | undefined;
  /** The largest number of rows in a batch; default 1000. */
  readonly batchSize?: number | undefined;
  /**
   * Resolves when the rows are durable elsewhere. Called with one batch at a time, in order; called again with the same
   * rows after a failure, and after a crash: at least once.
   */
  readonly publish: (rows: readonly Row[], context: PublishContext) => Promise<void>;
  /**
   * Called before the replica asks for the lock. While it returns false, this replica leaves the lock to another one that can
   * publish, and still reports the lag. A replica that has the lock keeps it. Default: always true.
   */
  readonly mayPublish?: (() => boolean) | undefined;
  /**
   * PostgreSQL frees the lock for another replica when it has heard nothing of the holder for so long; the holder stops
   * publishing after two thirds of this time. Default 15 s.
   */
  readonly lockLeaseMs?: number | undefined;
  /** How often the relay looks at an idle log without `wake()`; default 1 s. */
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
   * Age of the oldest row that is committed and not published; 0 if there is none. Without a `timeColumn` it is the time
   * since the relay had last published everything. On a replica that waits for the lock it is then the time since it first saw
   * waiting rows, or since the last progress of the publishing replica if that is later.
   */
  readonly seconds: number;
  /** How many such rows there are, counted up to 10,000; undefined while the database cannot be asked. */
  readonly rows: number | undefined;
}

export type RelayRole = 'stopped' | 'connecting' | 'waiting' | 'publishing';
