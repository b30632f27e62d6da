import { setTimeout as pause } from 'node:timers/promises';
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
 * @throws StartRefusedError if there is a bound: when its time has passed, or at once if the server refuses the setting
 */
export async function untilReachable<T>(
  what: string,
  attempt: () => Promise<T>,
  options: UntilReachableOptions,
): Promise<T> {
  const { logger, pauseMs = 250, maxPauseMs = 5_000, expectedMs = 0, signal, bound } = options;
  const startedAt = performance.now();
  for (let tries = 1, wait = pauseMs; ; tries += 1, wait = Math.min(wait * 2, maxPauseMs)) {
    signal?.throwIfAborted();
    try {
      const result = await attempt();
      if (tries > 1) logger.info({ tries }, `${what} is reachable`);
      return result;
    } catch (error) {
      if (error instanceof StartRefusedError) throw error;
      if (bound) throwIfOver(what, bound, performance.now() - startedAt + wait, error);
      const reason = reasonOf(error);
      const where = bound ? ` (${bound.setting})` : '';
      const isExpected = performance.now() - startedAt < expectedMs;
      logger[isExpected ? 'info' : 'warn'](
        { tries, retryInMs: wait, reason },
        `${what} is not reachable yet${where}: ${reason}; waiting for it`,
      );
    }
    await pause(wait, undefined, { signal });
  }
}

/** @param nextTryMs the time from the first try to the next one */
function throwIfOver(what: string, { setting, longestMs }: Bound, nextTryMs: number, error: unknown): void {
  if (isRefusedForGood(error)) throw new StartRefusedError(refusedSentence(what, setting, error));
  if (nextTryMs > longestMs)
    throw new StartRefusedError(unreachableSentence(what, setting, longestMs, error), EXIT_UNAVAILABLE);
}
