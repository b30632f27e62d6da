import { backoffMs, pause } from '@signet/async';
import { VersionConflictError } from './version-conflict.error.ts';

/** The shortest first window, for attempts that take less time than this. Milliseconds. */
const FIRST_WINDOW_MS = 10;
/** The longest window, as a multiple of the first one: more than fifty writers need; one second if attempts are quick. */
const LONGEST_WINDOW = 100;

export interface RetryOptions {
  /** How often it is tried again after the first time. */
  readonly retries: number;
  /** From 0 up to 1; spreads the retries of writers that collided. */
  readonly random: () => number;
}

/**
 * Calls `attempt` again when it lost to another writer. The wait is a random time within a window that doubles with each
 * conflict: a writer that collides once hardly waits, and fifty writers that collide at once all succeed within a few rounds. The
 * first window is as long as the lost attempt took: in a shorter one, the same writers would collide again.
 */
export async function retryConflicts<T>(attempt: () => Promise<T>, { retries, random }: RetryOptions): Promise<T> {
  for (let failed = 0; ; failed++) {
    const startedAt = performance.now();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof VersionConflictError) || failed >= retries) throw error;
      const firstWindowMs = Math.max(FIRST_WINDOW_MS, performance.now() - startedAt);
      const backoff = { firstMs: firstWindowMs, longestMs: firstWindowMs * LONGEST_WINDOW, jitter: 1, random };
      await pause(backoffMs(failed + 1, backoff));
    }
  }
}
