import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import type { WaitingLog } from '../../service/start/until-reachable.ts';
import { EXIT_UNAVAILABLE, StartRefusedError } from '../../service/start/start-refused.error.ts';

/**
 * One lock for the whole database, and not one for each schema: extensions belong to the database, and two migrations that
 * make the same extension at the same time would fail.
 */
const LOCK = 'signet.migrations';
/** The time between two tries to get the lock. */
const LOCK_INTERVAL_MS = 200;

/**
 * Takes the lock, so that only one migration of the database runs at a time. The session holds the lock, so it is freed when the
 * process ends. It tries again and again instead of waiting in PostgreSQL: a session that waits there keeps VACUUM from its work.
 *
 * @throws StartRefusedError when another migration holds the lock for longer than `longestMs`
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
