import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Default 60,000. Shorter only where the wait is to be in vain. */
  readonly timeoutMs?: number;
  /** A short description of the condition, for the error message if it does not become true. */
  readonly what: string;
}

const POLL_MS = 20;
/** A third of jest's limit for a test, so that the failure has the message of this wait and not jest's. */
const TIMEOUT_MS = 60_000;

/** The type without its falsy values: the condition holds then. */
type Truthy<T> = Exclude<NonNullable<T>, false | 0 | ''>;

/**
 * Polls until the condition gives something truthy, and gives that. An error counts as "not yet"; the last one is the
 * cause of the failure when the time is over. The time is a bound for a broken system, never a measure of speed.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = TIMEOUT_MS, what }: WaitOptions,
): Promise<Truthy<T>> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Truthy<T>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`Waited ${timeoutMs} ms for ${what}`, cause === undefined ? {} : { cause });
    }
    await delay(POLL_MS);
  }
}
