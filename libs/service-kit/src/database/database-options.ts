import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { Options } from '@mikro-orm/postgresql';
import { applicationName } from './application-name.ts';
import { pgConnection } from './database-address.ts';
import type { DatabaseAddress } from './database-address.ts';
import type { ListedMigration } from './schema/phase.ts';
import { BoundedClient } from './sessions/bounded-client.ts';
import type { SessionKind } from './sessions/session-limits.ts';

export interface DatabaseOptions extends DatabaseAddress {
  /** The service's own schema in the database, such as `registry`; tables are named without it. */
  readonly schema: string;
  readonly entities: readonly NonNullable<Options['entities']>[number][];
  /** In the order in which they run. */
  readonly migrations: readonly ListedMigration[];
  /** The last migration of each minor version that is out, by the version. A release adds an entry. */
  readonly lastOf?: Readonly<Record<string, string>> | undefined;
  /** Whether a start of the service brings the schema up to date; `at-start` by default. */
  readonly migrates?: 'at-start' | 'never' | undefined;
  /** How long a migration tries to get its locks. */
  readonly migrateWaitMs?: number | undefined;
  /** SIGNET_INSTALLATION, which the schema is recorded for; undefined: it is not looked at. Needs InstallationMigration. */
  readonly installation?: string | undefined;
  /** SIGNET_PREFIX, under which the schema is used; undefined: it is not looked at. Needs InstallationPrefixMigration. */
  readonly prefix?: string | undefined;
  /** Connections at most; 10 by default. */
  readonly poolSize?: number;
}

const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * MikroORM's options for a service. Its schema comes first on the search path of every connection, so that entities,
 * migrations and hand-written SQL all say just `webhooks`; `public` comes after it for the types and functions of
 * extensions.
 *
 * @param kind `long` for a command, whose statements may take long
 * @param job what the sessions are for, where it is not the pool of a service
 */
export function databaseOptions(options: DatabaseOptions, kind: SessionKind = 'serving', job?: string): Options {
  if (!SCHEMA.test(options.schema)) throw new TypeError(`"${options.schema}" is not a plain schema name.`);
  const searchPath = `${options.schema},public`;
  const { connectionString, ...connection } = pgConnection(options, kind, { search_path: searchPath });
  return defineConfig({
    driver: PostgreSqlDriver,
    clientUrl: connectionString,
    entities: [...options.entities],
    extensions: [Migrator],
    debug: false,
    discovery: { warnWhenNoEntities: false },
    pool: { min: 0, max: options.poolSize ?? 10, idleTimeoutMillis: 30_000 },
    driverOptions: {
      ...connection,
      application_name: applicationName(options.schema, job),
      Client: BoundedClient,
    },
    migrations: {
      migrationsList: [...options.migrations],
      // Not `schema`: that would take `public` off the search path while a migration runs.
      tableName: `${options.schema}.migrations`,
      // Each gives its locks back before the next one asks for its own.
      allOrNothing: false,
      snapshot: false,
      silent: true,
    },
  });
}
