import { retry } from '@signet/async';
import type { Failure } from '@signet/async';
import { EXIT_UNAVAILABLE, StartRefusedError } from './start-refused.error.ts';
import { isRefusedForGood, reasonOf, refusedSentence, unreachableSentence } from './unreachable.policy.ts';

/** Takes the lines that are logged during the wait; a Logger is one. */
export interface WaitingLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface UntilReachableOptions {
  readonly logger: WaitingLog;
  /** First pause between tries; each is twice the one before, up to `maxPauseMs`. */
  readonly pauseMs?: number;
  readonly maxPauseMs?: number;
  /** For this time failures are normal and logged at info, afterwards at warn. Milliseconds; default 0. */
  readonly expectedMs?: number;
  /** Gives up with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Ends the wait. Without it the wait has no end, as for a service that runs and should continue when the server is back. */
  readonly bound?: Bound;
}

export interface Bound {
  /** The setting with the server's address. */
  readonly setting: string;
  /** Milliseconds. */
  readonly longestMs: number;
}

/**
 * Tries until it succeeds: a service that starts before its PostgreSQL or Kafka waits for it and logs that, instead of exiting
 * again and again.
 *
 * @param what the name in the log lines, such as `PostgreSQL`
 * @throws StartRefusedError if there is a bound: when its time has passed, or at once if the server refuses the setting; the reason
 *   of the signal when it is aborted
 */
export async function untilReachable(
  what: string,
  attempt: () => Promise<unknown>,
  options: UntilReachableOptions,
): Promise<void> {
  const { logger, pauseMs = 250, maxPauseMs = 5_000, expectedMs = 0, signal, bound } = options;
  const startedAt = performance.now();
  let tries = 1;
  const onFailure = (error: unknown, { waitMs }: Failure): void => {
    if (error instanceof StartRefusedError) throw error;
    if (bound) throwIfOver(what, bound, performance.now() - startedAt + waitMs, error);
    const reason = reasonOf(error);
    const where = bound ? ` (${bound.setting})` : '';
    const isExpected = performance.now() - startedAt < expectedMs;
    logger[isExpected ? 'info' : 'warn'](
      { tries, retryInMs: waitMs, reason },
      `${what} is not reachable yet${where}: ${reason}; waiting for it`,
    );
    tries += 1;
  };
  const isReached = await retry(attempt, { backoff: { firstMs: pauseMs, longestMs: maxPauseMs }, signal, onFailure });
  if (!isReached) signal?.throwIfAborted();
  if (tries > 1) logger.info({ tries }, `${what} is reachable`);
}

/** @param nextTryMs the time from the first try to the next one */
function throwIfOver(what: string, { setting, longestMs }: Bound, nextTryMs: number, error: unknown): void {
  if (isRefusedForGood(error)) throw new StartRefusedError(refusedSentence(what, setting, error));
  if (nextTryMs > longestMs)
    throw new StartRefusedError(unreachableSentence(what, setting, longestMs, error), EXIT_UNAVAILABLE);
}
