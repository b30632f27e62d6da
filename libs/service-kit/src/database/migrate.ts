import { setTimeout as wait } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import type { Client } from 'pg';
import type { Logger } from '../logging/logger.ts';
import { compareWithDatabase, recordInDatabase } from '../installation/database-installation.ts';
import { reachableDatabase } from '../service/preflight.ts';
import { withClient } from './connect.ts';
import { databaseOptions } from './database-options.ts';
import type { DatabaseOptions } from './database-options.ts';
import { requireOwnSessionsNow } from './sessions/own-sessions.ts';
import { DEFAULT_LIMITS } from './sessions/session-limits.ts';

/**
 * One for the whole database, and not for each schema: extensions belong to the database, and two migrations that make
 * the same one at once would fail.
 */
const LOCK = 'signet.migrations';
/** Another service's migration is looked after so often. */
const LOCK_INTERVAL_MS = 200;

/** PostgreSQL was there a moment ago, when the start began; seconds of it being away are no reason to end. */
const PATIENCE_MS = 60_000;

/**
 * Brings a service's schema up to date, and makes it if it is not there. Services and replicas start side by side: an
 * advisory lock, held by a connection of its own so that it goes when the process does, lets one at a time through, and
 * the others find nothing left to do.
 *
 * @param orm its sessions are `long` ones
 * @returns the names of the migrations that ran
 * @throws StartRefusedError when the schema belongs to another installation, or a pooler shares sessions; it is left as it is then
 */
export async function migrate(
  orm: MikroORM,
  options: Pick<DatabaseOptions, 'url' | 'tls' | 'limits' | 'schema' | 'installation'>,
): Promise<string[]> {
  const { schema, installation, limits = DEFAULT_LIMITS } = options;
  await requireOwnSessionsNow(options);
  const work = async (client: Client): Promise<string[]> => {
    await lock(client, limits.longStatementMs);
    if (installation !== undefined) await compareWithDatabase(client, schema, installation);
    await client.query(`create schema if not exists ${client.escapeIdentifier(schema)}`);
    const done = await orm.migrator.up();
    if (installation !== undefined) await recordInDatabase(client, schema, installation);
    return done.map(({ name }) => name);
  };
  return withClient(options, work, { kind: 'long', name: `${schema} migrations` });
}

/** Asks again and again instead of waiting in PostgreSQL: a session that waits there keeps VACUUM from its work. */
async function lock(client: Client, longestMs: number): Promise<void> {
  const deadline = performance.now() + longestMs;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as taken',
      [LOCK],
    );
    if (rows[0]?.taken) return;
    if (performance.now() > deadline) throw new Error(`Another migration has held its lock for ${longestMs} ms.`);
    await wait(LOCK_INTERVAL_MS);
  }
}

/** Waits for PostgreSQL, then migrates with an ORM of its own. */
export async function migrateWhenReachable(options: DatabaseOptions, logger: Logger): Promise<void> {
  await reachableDatabase(options, { logger, longestMs: PATIENCE_MS });
  const orm = await MikroORM.init(databaseOptions(options, 'long'));
  try {
    const migrations = await migrate(orm, options);
    logger.info({ schema: options.schema, migrations }, 'the database is up to date');
  } finally {
    await orm.close();
  }
}
