import { MikroORM } from '@mikro-orm/postgresql';
import { Client } from 'pg';
import type { Logger } from '../logging/logger.ts';
import { compareWithDatabase, recordInDatabase } from '../installation/database-installation.ts';
import { reachableDatabase } from '../service/preflight.ts';
import { pgConnection } from './database-address.ts';
import { databaseOptions } from './database-options.ts';
import type { DatabaseOptions } from './database-options.ts';

/**
 * One for the whole database, and not for each schema: extensions belong to the database, and two migrations that make
 * the same one at once would fail.
 */
const LOCK = 'signet.migrations';

/** PostgreSQL was there a moment ago, when the start began; seconds of it being away are no reason to end. */
const PATIENCE_MS = 60_000;

/**
 * Brings a service's schema up to date, and makes it if it is not there. Services and replicas start side by side: an
 * advisory lock, held by a connection of its own so that it goes when the process does, lets one at a time through, and
 * the others find nothing left to do.
 *
 * @returns the names of the migrations that ran
 * @throws StartRefusedError when the schema belongs to another installation; it is left as it is then
 */
export async function migrate(
  orm: MikroORM,
  options: Pick<DatabaseOptions, 'url' | 'tls' | 'schema' | 'installation'>,
): Promise<string[]> {
  const { schema, installation } = options;
  const client = new Client({ ...pgConnection(options), application_name: `${options.schema} migrations` });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [LOCK]);
    if (installation !== undefined) await compareWithDatabase(client, schema, installation);
    await client.query(`create schema if not exists ${client.escapeIdentifier(schema)}`);
    const done = await orm.migrator.up();
    if (installation !== undefined) await recordInDatabase(client, schema, installation);
    return done.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** Waits for PostgreSQL, then migrates with an ORM of its own. */
export async function migrateWhenReachable(options: DatabaseOptions, logger: Logger): Promise<void> {
  await reachableDatabase(options, { logger, longestMs: PATIENCE_MS });
  const orm = await MikroORM.init(databaseOptions(options));
  try {
    const migrations = await migrate(orm, options);
    logger.info({ schema: options.schema, migrations }, 'the database is up to date');
  } finally {
    await orm.close();
  }
}
