import { checkServerIdentity } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { DatabaseSettings } from '../settings/shared-settings.ts';
import type { SslMode } from '../settings/values.ts';
import { clientLimits, DEFAULT_LIMITS, sessionSettings, startupOptions } from './sessions/session-limits.ts';
import type { SessionKind, SessionLimits } from './sessions/session-limits.ts';

/** Where PostgreSQL is, and how it is told from another server. */
export interface DatabaseAddress {
  /** With `sslmode`, as SIGNET_DATABASE_URL has it. */
  readonly url: string;
  readonly tls?: DatabaseTls | undefined;
  /** Undefined: DEFAULT_LIMITS. */
  readonly limits?: SessionLimits | undefined;
}

/** PEM. */
export interface DatabaseTls {
  /** Undefined: the authorities that Node.js trusts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export const databaseAddress = (
  settings: Pick<DatabaseSettings, 'SIGNET_DATABASE_URL'> & Partial<DatabaseSettings>,
): DatabaseAddress => ({
  url: settings.SIGNET_DATABASE_URL,
  tls: {
    ca: settings.SIGNET_DATABASE_CA,
    cert: settings.SIGNET_DATABASE_CERT,
    key: settings.SIGNET_DATABASE_KEY,
  },
  limits: {
    statementMs: settings.SIGNET_DATABASE_STATEMENT_TIMEOUT ?? DEFAULT_LIMITS.statementMs,
    longStatementMs: settings.SIGNET_DATABASE_LONG_STATEMENT_TIMEOUT ?? DEFAULT_LIMITS.longStatementMs,
    lockMs: settings.SIGNET_DATABASE_LOCK_TIMEOUT ?? DEFAULT_LIMITS.lockMs,
    idleInTransactionMs: settings.SIGNET_DATABASE_IDLE_TRANSACTION_TIMEOUT ?? DEFAULT_LIMITS.idleInTransactionMs,
    deadAfterMs: settings.SIGNET_DATABASE_DEAD_AFTER ?? DEFAULT_LIMITS.deadAfterMs,
  },
});

/** Whether and how patiently a service migrates. */
export const migrationSettings = (settings: Partial<DatabaseSettings>) => ({
  migrates: settings.SIGNET_MIGRATE,
  migrateWaitMs: settings.SIGNET_MIGRATE_WAIT,
});

/** What a `pg` client or pool is given. */
export interface PgConnection {
  readonly connectionString: string;
  readonly ssl: ConnectionOptions | false;
  /** Start-up parameter: the settings of the session. */
  readonly options: string;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelayMillis: number;
  readonly connectionTimeoutMillis: number;
  /** Of a client that closes its connection then, as BoundedClient does. */
  readonly query_timeout: number;
}

/**
 * The one place that reads `sslmode`, with the meaning of libpq: pg takes `require` for `verify-full`, and MikroORM does not
 * look at it, so neither of them gets to see it.
 *
 * @param settings of the session, beside its limits
 */
export function pgConnection(
  { url, tls = {}, limits = DEFAULT_LIMITS }: DatabaseAddress,
  kind: SessionKind = 'serving',
  settings: Readonly<Record<string, string>> = {},
): PgConnection {
  const place = new URL(url);
  const sslmode = (place.searchParams.get('sslmode') ?? 'disable') as SslMode;
  place.searchParams.delete('sslmode');
  return {
    connectionString: place.href,
    ssl: sslOf(sslmode, place.hostname, tls),
    options: startupOptions({ ...settings, ...sessionSettings(limits, kind) }),
    ...clientLimits(limits, kind),
  };
}

function sslOf(sslmode: SslMode, hostname: string, { ca, cert, key }: DatabaseTls): ConnectionOptions | false {
  const shared = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  const host = decodeURIComponent(hostname).replace(/^\[|\]$/g, '');
  switch (sslmode) {
    case 'disable':
      return false;
    case 'require':
      // As in libpq: with an authority at hand its signature is looked at.
      return ca === undefined ? { ...shared, rejectUnauthorized: false } : { ...shared, checkServerIdentity: anyName };
    case 'verify-ca':
      return { ...shared, checkServerIdentity: anyName };
    case 'verify-full':
      // pg names no host to TLS where that is an address: the certificate would be compared with "localhost".
      return { ...shared, checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) };
  }
}

const anyName = (): undefined => undefined;
