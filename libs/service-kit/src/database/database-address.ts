import { checkServerIdentity } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { DatabaseSettings } from '../settings/shared-settings.ts';
import type { SslMode } from '../settings/values.ts';

/** Where PostgreSQL is, and how it is told from another server. */
export interface DatabaseAddress {
  /** With `sslmode`, as SIGNET_DATABASE_URL has it. */
  readonly url: string;
  readonly tls?: DatabaseTls | undefined;
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
});

/** What a `pg` client or pool is given. */
export interface PgConnection {
  readonly connectionString: string;
  readonly ssl: ConnectionOptions | false;
}

/**
 * The one place that reads `sslmode`, with the meaning of libpq: pg takes `require` for `verify-full`, and MikroORM does not
 * look at it, so neither of them gets to see it.
 */
export function pgConnection({ url, tls = {} }: DatabaseAddress): PgConnection {
  const place = new URL(url);
  const sslmode = (place.searchParams.get('sslmode') ?? 'disable') as SslMode;
  place.searchParams.delete('sslmode');
  return { connectionString: place.href, ssl: sslOf(sslmode, place.hostname, tls) };
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
