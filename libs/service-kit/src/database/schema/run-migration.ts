import { setTimeout as wait } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Client } from 'pg';
import { EXIT_UNAVAILABLE, StartRefusedError } from '../../service/start/start-refused.error.ts';
import type { WaitingLog } from '../../service/start/until-reachable.ts';
import { describeBlockers, watchingBlockers } from './blockers.ts';

/** A lock was not had within `lock_timeout`; PostgreSQL ended one of two that waited for each other. */
const TRY_AGAIN: ReadonlySet<unknown> = new Set(['55P03', '40P01']);

/**
 * Between two tries. Who waits for a lock makes others wait behind him: MIGRATION_LOCK_MS at most, and then they have twice as long
 * to get through.
 */
const PAUSE_MS = 2_000;

export interface RunOptions {
  /** Its sessions are `migrating` ones. */
  readonly orm: MikroORM;
  /** A session of its own, to see who blocks. */
  readonly client: Client;
  /** What the sessions of the ORM call themselves. */
  readonly applicationName: string;
  /** How long it is tried again at most. */
  readonly longestMs: number;
  readonly logger: WaitingLog;
}

/**
 * Runs one migration in a transaction of its own, and again when it does not get a lock in time.
 *
 * @throws StartRefusedError that names who holds the lock, once that has taken too long; nothing of the migration is left then
 */
export async function runMigration(name: string, options: RunOptions): Promise<void> {
  const { orm, client, applicationName, longestMs, logger } = options;
  const deadline = performance.now() + longestMs;
  for (;;) {
    const { result, blockers } = await watchingBlockers(client, applicationName, () =>
      orm.migrator.up({ migrations: [name] }),
    );
    if (result.status === 'fulfilled') return;
    if (!TRY_AGAIN.has(codeOf(result.reason))) throw result.reason;
    const who = describeBlockers(blockers);
    if (performance.now() + PAUSE_MS > deadline)
      throw new StartRefusedError(
        `The migration ${name} did not get its locks within ${longestMs / 1_000} s (SIGNET_MIGRATE_WAIT): they are held by ${who}. Nothing was changed by it.`,
        EXIT_UNAVAILABLE,
      );
    logger.warn({ migration: name, blockers }, `the migration ${name} waits for locks of ${who}; it is tried again`);
    await wait(PAUSE_MS);
  }
}

/** MikroORM wraps what PostgreSQL says. */
const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;
