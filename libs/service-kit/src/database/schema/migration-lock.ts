import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import type { WaitingLog } from '../../service/start/until-reachable.ts';
import { EXIT_UNAVAILABLE, StartRefusedError } from '../../service/start/start-refused.error.ts';

/**
 * One for the whole database, and not for each schema: extensions belong to the database, and two migrations that make
 * the same one at once would fail.
 */
const LOCK = 'signet.migrations';
/** Another service's migration is looked after so often. */
const LOCK_INTERVAL_MS = 200;

/**
 * Lets one migration of the database at a time through. The session holds the lock, so that it goes when the process does. It asks
 * again and again instead of waiting in PostgreSQL: a session that waits there keeps VACUUM from its work.
 *
 * @throws StartRefusedError when another migration holds it for longer
 */
export async function takeMigrationLock(client: Client, longestMs: number, logger: WaitingLog): Promise<void> {
  const deadline = performance.now() + longestMs;
  for (let tries = 1; ; tries += 1) {
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as taken',
      [LOCK],
    );
    if (rows[0]?.taken) return;
    if (tries === 1) logger.info({ longestMs }, 'another migration is at work; waiting for it');
    if (performance.now() > deadline)
      throw new StartRefusedError(
        `Another migration of this database has been at work for ${longestMs / 1_000} s (SIGNET_MIGRATE_WAIT).`,
        EXIT_UNAVAILABLE,
      );
    await wait(LOCK_INTERVAL_MS);
  }
}
