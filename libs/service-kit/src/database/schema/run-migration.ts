import { setTimeout as wait } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Client } from 'pg';
import { EXIT_UNAVAILABLE, StartRefusedError } from '../../service/start/start-refused.error.ts';
import type { WaitingLog } from '../../service/start/until-reachable.ts';
import { describeBlockers, watchingBlockers } from './blockers.ts';

/** PostgreSQL's codes for a lock that was not free within `lock_timeout`, and for a deadlock. */
const TRY_AGAIN: ReadonlySet<unknown> = new Set(['55P03', '40P01']);

/**
 * The pause between two tries. While the migration waits for a lock, other sessions wait behind it, for MIGRATION_LOCK_MS at most; then
 * they have twice as long to get their locks.
 */
const PAUSE_MS = 2_000;

export interface RunOptions {
  /** Its sessions are `migrating` ones. */
  readonly orm: MikroORM;
  /** Another session, which finds the sessions that block the migration. */
  readonly client: Client;
  /** The application name of the ORM's sessions. */
  readonly applicationName: string;
  /** After this time it is not tried again. */
  readonly longestMs: number;
  readonly logger: WaitingLog;
}

/**
 * Runs one migration in a transaction of its own, and tries again when it does not get a lock in time.
 *
 * @throws StartRefusedError that names the sessions which hold the locks, after `longestMs`; the migration has changed nothing then
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

/** MikroORM's error has PostgreSQL's code. */
const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;
