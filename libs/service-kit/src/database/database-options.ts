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
  /** The last migration of each minor version that was released, by the version. A release adds an entry. */
  readonly lastOf?: Readonly<Record<string, string>> | undefined;
  /** Whether a start of the service brings the schema up to date; `at-start` by default. */
  readonly migrates?: 'at-start' | 'never' | undefined;
  /** How long a migration tries to get its locks. */
  readonly migrateWaitMs?: number | undefined;
  /** SIGNET_INSTALLATION, for which the schema is recorded; undefined: it is not checked. Needs InstallationMigration. */
  readonly installation?: string | undefined;
  /** SIGNET_PREFIX, under which the schema is used; undefined: it is not checked. Needs InstallationPrefixMigration. */
  readonly prefix?: string | undefined;
  /** The largest number of connections; 10 by default. */
  readonly poolSize?: number;
}

const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * MikroORM's options for a service. The service's schema is first on the search path of every connection, so that entities,
 * migrations and hand-written SQL name tables without it, such as `webhooks`; `public` follows for the types and functions
 * of extensions.
 *
 * @param kind `long` for a command, whose statements may take long
 * @param job the purpose of the sessions, if they are not of the pool of a service
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
      // Not the option `schema`: it would remove `public` from the search path while a migration runs.
      tableName: `${options.schema}.migrations`,
      // Each migration has a transaction of its own, so it releases its locks before the next one takes its own.
      allOrNothing: false,
      snapshot: false,
      silent: true,
    },
  });
}
