import { checkServerIdentity } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { DatabaseSettings } from '../settings/shared-settings.ts';
import type { SslMode } from '../settings/values.ts';
import { clientLimits, DEFAULT_LIMITS, sessionSettings, startupOptions } from './sessions/session-limits.ts';
import type { SessionKind, SessionLimits } from './sessions/session-limits.ts';

/** The address of PostgreSQL, how its identity is checked, and the limits of sessions. */
export interface DatabaseAddress {
  /** The value of SIGNET_DATABASE_URL, with `sslmode`. */
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

/** The options for a `pg` client or pool. */
export interface PgConnection {
  readonly connectionString: string;
  readonly ssl: ConnectionOptions | false;
  /** Start-up parameter: the settings of the session. */
  readonly options: string;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelayMillis: number;
  readonly connectionTimeoutMillis: number;
  /** For a client that closes its connection after this time, as BoundedClient does. */
  readonly query_timeout: number;
}

/**
 * The only place that reads `sslmode`, with its meaning in libpq. It is removed from the URL: pg would treat `require` like
 * `verify-full`, and MikroORM would ignore it.
 *
 * @param settings of the session, in addition to its limits
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
      // As in libpq: if there is an authority, its signature on the certificate is checked.
      return ca === undefined ? { ...shared, rejectUnauthorized: false } : { ...shared, checkServerIdentity: anyName };
    case 'verify-ca':
      return { ...shared, checkServerIdentity: anyName };
    case 'verify-full':
      // If the host is an IP address, pg gives TLS no host name, and the certificate would be compared with "localhost".
      return { ...shared, checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) };
  }
}

const anyName = (): undefined => undefined;
