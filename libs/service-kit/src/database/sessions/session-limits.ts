/** The time limits of a session of PostgreSQL, milliseconds. */
export interface SessionLimits {
  readonly statementMs: number;
  /** For a statement of a long job: a migration, a rebuild, retention, resealing. */
  readonly longStatementMs: number;
  readonly lockMs: number;
  readonly idleInTransactionMs: number;
  /** Each end gives a connection up when the other end has not answered for so long. */
  readonly deadAfterMs: number;
}

/** `serving`: a caller waits for the answer. `long`: a background job, for which no caller waits. `migrating`: it locks whole tables. */
export type SessionKind = 'serving' | 'long' | 'migrating';

/**
 * How long a migration waits for a lock before it gives up and tries again later. Statements of services queue behind a migration
 * that waits for a table, so this is also how much longer such a statement may take.
 */
export const MIGRATION_LOCK_MS = 1_000;

export const DEFAULT_LIMITS: SessionLimits = {
  // The longest list or batch takes under a second; a statement of thirty seconds blocks a connection that others need.
  statementMs: 30_000,
  // A migration of a hundred million rows.
  longStatementMs: 3_600_000,
  // Locks are held for milliseconds.
  lockMs: 10_000,
  // Between two statements of a transaction we only compute; we never wait for another server or a caller.
  idleInTransactionMs: 30_000,
  // So PostgreSQL frees the advisory lock of a node that is gone well within half a minute.
  deadAfterMs: 15_000,
};

/** libuv sends ten keepalive probes, a second apart, before it gives a connection up; in Node.js one can set only the time before them. */
const CLIENT_PROBES_MS = 10_000;
/** After so many unanswered keepalive probes PostgreSQL gives a connection up. */
const SERVER_PROBES = 2;
/**
 * A pool closes an idle session after half a minute. So a session that is silent for this long has lost its client, and a proxy between
 * the two answers the keepalives. It holds no lock, but takes one of `max_connections`, so PostgreSQL ends it.
 */
const IDLE_MS = 300_000;
/** The time that an answer, or the error that the statement took too long, may need on the network. */
const ANSWER_MARGIN_MS = 5_000;

const seconds = (ms: number): number => Math.max(1, Math.floor(ms / 1_000));

/** PostgreSQL's settings of a session, by name. */
export function sessionSettings(limits: SessionLimits, kind: SessionKind): Readonly<Record<string, number>> {
  const { statementMs, longStatementMs, idleInTransactionMs, deadAfterMs } = limits;
  const probeSeconds = seconds(deadAfterMs / (SERVER_PROBES + 1));
  return {
    statement_timeout: kind === 'serving' ? statementMs : longStatementMs,
    lock_timeout: lockMsOf(limits, kind),
    idle_in_transaction_session_timeout: idleInTransactionMs,
    // A long job computes between two statements, and may hold a lock of its session. It computes for less time than a statement may take.
    idle_session_timeout: kind === 'long' ? longStatementMs : IDLE_MS,
    // While nothing is under way to the client …
    tcp_keepalives_idle: probeSeconds,
    tcp_keepalives_interval: probeSeconds,
    tcp_keepalives_count: SERVER_PROBES,
    // … and while an answer is.
    tcp_user_timeout: deadAfterMs,
  };
}

/**
 * How long a statement waits for a lock; others queue behind it meanwhile. A long job waits until the statements and transactions of
 * services that began before it have reached their limits.
 */
function lockMsOf({ lockMs, statementMs, idleInTransactionMs }: SessionLimits, kind: SessionKind): number {
  switch (kind) {
    case 'serving':
      return lockMs;
    case 'long':
      return Math.max(lockMs, statementMs + idleInTransactionMs);
    case 'migrating':
      return MIGRATION_LOCK_MS;
  }
}

/** The settings as the start-up parameter `options`: so they hold from the first statement on. */
export const startupOptions = (settings: Readonly<Record<string, number | string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

/** The client's side of the same limits, as `pg` takes them. */
export function clientLimits(limits: SessionLimits, kind: SessionKind) {
  const { statement_timeout: statementMs = 0 } = sessionSettings(limits, kind);
  return {
    keepAlive: true,
    keepAliveInitialDelayMillis: Math.max(1_000, limits.deadAfterMs - CLIENT_PROBES_MS),
    connectionTimeoutMillis: 5_000,
    // Later than the statement's own limit in PostgreSQL: if there is no answer by then, the connection is dead.
    query_timeout: statementMs + ANSWER_MARGIN_MS,
  };
}
