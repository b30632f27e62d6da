/** How long a session of PostgreSQL may take for what, milliseconds. */
export interface SessionLimits {
  readonly statementMs: number;
  /** Of a statement of a long job: migrations, rebuilds, retention, resealing. */
  readonly longStatementMs: number;
  readonly lockMs: number;
  readonly idleInTransactionMs: number;
  /** A connection whose other end has not answered for so long is given up by both ends. */
  readonly deadAfterMs: number;
}

/** `serving`: for whoever waits for an answer. `long`: for jobs that nobody waits for. `migrating`: they lock whole tables. */
export type SessionKind = 'serving' | 'long' | 'migrating';

/**
 * Whoever comes after a migration that waits for a table waits as well: a service's statement may take so much longer, and no more.
 * The migration tries again.
 */
export const MIGRATION_LOCK_MS = 1_000;

export const DEFAULT_LIMITS: SessionLimits = {
  // The longest list or batch takes under a second; what takes thirty keeps others from their connection.
  statementMs: 30_000,
  // A migration of a hundred million rows.
  longStatementMs: 3_600_000,
  // Locks are held for milliseconds.
  lockMs: 10_000,
  // Between two statements of a transaction we compute, and wait for nobody.
  idleInTransactionMs: 30_000,
  // So that an advisory lock of a node that is gone is free again well within half a minute.
  deadAfterMs: 15_000,
};

/** libuv asks ten times, a second apart, before it gives a connection up; Node.js lets only the time before them be set. */
const CLIENT_PROBES_MS = 10_000;
/** PostgreSQL asks this often before a connection is dead. */
const SERVER_PROBES = 2;
/**
 * A pool keeps an idle session for half a minute, so one that says nothing for so long has no client any more: something on the
 * way answers keepalives in its stead. It holds no lock, and would only take one of `max_connections`.
 */
const IDLE_MS = 300_000;
/** An answer, or the word that the statement took too long, is under way for so long at most. */
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
    // A long job computes between two statements, and may hold a lock of its session: it takes less time for that than for one.
    idle_session_timeout: kind === 'long' ? longStatementMs : IDLE_MS,
    // While nothing is under way to the client …
    tcp_keepalives_idle: probeSeconds,
    tcp_keepalives_interval: probeSeconds,
    tcp_keepalives_count: SERVER_PROBES,
    // … and while an answer is.
    tcp_user_timeout: deadAfterMs,
  };
}

/** Who waits for a lock makes others wait behind him. A long job waits until whoever serves has ended what it began. */
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

/** As the start-up parameter `options` takes settings: they hold from the first statement on. */
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
    // Later than PostgreSQL would have given up: whoever says nothing then is not there any more.
    query_timeout: statementMs + ANSWER_MARGIN_MS,
  };
}
