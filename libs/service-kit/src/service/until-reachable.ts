import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../logging/logger.ts';

export interface UntilReachableOptions {
  readonly logger: Logger;
  /** First pause between tries; each is twice the one before, up to `maxPauseMs`. */
  readonly pauseMs?: number;
  readonly maxPauseMs?: number;
  /** Gives up with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Tries until it succeeds, for ever: a service that starts before its PostgreSQL or Kafka waits for it, and says so,
 * instead of dying over and over.
 *
 * @param what the name in the log lines, such as `PostgreSQL`
 */
export async function untilReachable<T>(
  what: string,
  attempt: () => Promise<T>,
  options: UntilReachableOptions,
): Promise<T> {
  const { logger, pauseMs = 250, maxPauseMs = 5_000, signal } = options;
  for (let tries = 1, wait = pauseMs; ; tries += 1, wait = Math.min(wait * 2, maxPauseMs)) {
    signal?.throwIfAborted();
    try {
      const result = await attempt();
      if (tries > 1) logger.info({ tries }, `${what} is reachable`);
      return result;
    } catch (error) {
      logger.warn({ tries, retryInMs: wait, reason: reasonOf(error) }, `${what} is not reachable yet; waiting for it`);
    }
    await pause(wait, undefined, { signal });
  }
}

/** An AggregateError, of node:net or Promise.any, has no useful message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
