import type { WaitingLog } from '../../service/start/until-reachable.ts';
import { reachableDatabase } from '../../service/start/preflight.ts';
import type { DatabaseOptions } from '../database-options.ts';
import { migrate, requireSchema } from './migrate.ts';

/** PostgreSQL was there a moment ago, when the start began; seconds of it being away are no reason to end. */
const PATIENCE_MS = 60_000;

/**
 * What a service or a command does with its schema before it uses it: brings it up to date, or, with SIGNET_MIGRATE=never, looks
 * whether somebody has. A schema of one version later is used as it is.
 *
 * @throws StartRefusedError as `migrate` does, and when the schema is too old and not to be migrated
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
