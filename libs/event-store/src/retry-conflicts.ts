import { setTimeout as wait } from 'node:timers/promises';
import { VersionConflictError } from './version-conflict.error.ts';

const FIRST_WINDOW_MS = 10;
const LONGEST_WINDOW_MS = 1000;

export interface RetryOptions {
  /** How often it is tried again after the first time. */
  readonly retries: number;
  /** From 0 up to 1; spreads those who collided. */
  readonly random: () => number;
}

/**
 * Calls `attempt` again when it lost to another writer. The wait is drawn from a window that doubles, so that fifty
 * who collide at once have room for all of them within a few rounds, while one who collides once hardly waits.
 */
export async function retryConflicts<T>(attempt: () => Promise<T>, { retries, random }: RetryOptions): Promise<T> {
  for (let failed = 0; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof VersionConflictError) || failed >= retries) throw error;
      await wait(random() * Math.min(LONGEST_WINDOW_MS, FIRST_WINDOW_MS * 2 ** failed));
    }
  }
}
