import { backoffMs } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { pause } from './pause.ts';

export interface Failure {
  /** Failures in a row, this one included. */
  readonly failures: number;
  /** The wait before the next try, milliseconds. */
  readonly waitMs: number;
}

export interface RetryOptions {
  readonly backoff: Backoff;
  /** When it is aborted, a wait ends at once and no further try begins. A try under way is not ended. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each try that has failed, before the wait. If it throws, the error is final: there is no further try. */
  readonly onFailure: (error: unknown, failure: Failure) => void;
}

/**
 * Tries the work until it succeeds, with a growing wait after each failure.
 *
 * @returns true when the work has succeeded, false if the signal was aborted before that
 * @throws what `onFailure` throws
 */
export async function retry(
  work: () => Promise<unknown>,
  { backoff, signal, onFailure }: RetryOptions,
): Promise<boolean> {
  for (let failures = 1; !signal?.aborted; failures += 1) {
    try {
      await work();
      return true;
    } catch (error) {
      const waitMs = backoffMs(failures, backoff);
      onFailure(error, { failures, waitMs });
      await pause(waitMs, signal);
    }
  }
  return false;
}
