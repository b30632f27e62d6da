import type { WaitingLog } from '../../service/start/until-reachable.ts';
import { reachableDatabase } from '../../service/start/preflight.ts';
import type { DatabaseOptions } from '../database-options.ts';
import { migrate, requireSchema } from './migrate.ts';

/** PostgreSQL was reachable a moment ago, when the start began: if it is away for some seconds, the start waits. */
const PATIENCE_MS = 60_000;

/**
 * Prepares the schema before a service or a command uses it: brings it up to date, or, with SIGNET_MIGRATE=never, checks that it
 * is up to date. A schema of the next minor version is used as it is.
 *
 * @throws StartRefusedError as `migrate` does, and when the schema is too old and must not be migrated
 */
export async function prepareSchema(options: DatabaseOptions, logger: WaitingLog): Promise<void> {
  await reachableDatabase(options, { logger, longestMs: PATIENCE_MS });
  const { schema } = options;
  if (options.migrates === 'never') {
    const { version } = await requireSchema(options);
    return logger.info({ schema, version }, 'the database has what this version needs');
  }
  const migrations = await migrate(options, { logger });
  logger.info({ schema, migrations }, 'the database is up to date');
}
