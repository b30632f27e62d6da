import { setTimeout as wait } from 'node:timers/promises';
import { VersionConflictError } from './version-conflict.error.ts';

/** The first window in milliseconds, where an attempt takes less. */
const FIRST_WINDOW_MS = 10;
/** The longest window, as a multiple of the first one: more than fifty writers need, and a second where attempts are quick. */
const LONGEST_WINDOW = 100;

export interface RetryOptions {
  /** How often it is tried again after the first time. */
  readonly retries: number;
  /** From 0 up to 1; spreads those who collided. */
  readonly random: () => number;
}

/**
 * Calls `attempt` again when it lost to another writer. The wait is drawn from a window that doubles, so that fifty
 * who collide at once have room for all of them within a few rounds, while one who collides once hardly waits. The
 * window begins with the time that the lost attempt took: in a shorter one, those who collided would collide again.
 */
export async function retryConflicts<T>(attempt: () => Promise<T>, { retries, random }: RetryOptions): Promise<T> {
  for (let failed = 0; ; failed++) {
    const startedAt = performance.now();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof VersionConflictError) || failed >= retries) throw error;
      const firstWindowMs = Math.max(FIRST_WINDOW_MS, performance.now() - startedAt);
      await wait(random() * firstWindowMs * Math.min(LONGEST_WINDOW, 2 ** failed));
    }
  }
}
