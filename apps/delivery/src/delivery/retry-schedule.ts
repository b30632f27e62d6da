/** Delays after attempt 1, 2, and so on; the last step is used for all later attempts. Milliseconds. */
export interface RetryPolicy {
  readonly scheduleMs: readonly number[];
  /** Up to this share of a delay is added, so that deliveries that failed together do not come back together. */
  readonly jitter: number;
}

/** The scheduled delay after `attempt` (from 1), without jitter. */
export function scheduledDelayMs(policy: RetryPolicy, attempt: number): number {
  const steps = policy.scheduleMs;
  return steps[Math.min(attempt, steps.length) - 1] ?? 0;
}

/**
 * The delay until the next attempt. A receiver's Retry-After is honoured between one and two times the scheduled delay: the
 * receiver may ask for more time, but can neither shorten the wait nor delay a delivery for ever.
 *
 * @param random uniform in [0, 1)
 */
export function nextDelayMs(policy: RetryPolicy, attempt: number, random: number, retryAfterMs: number | null): number {
  const scheduled = scheduledDelayMs(policy, attempt);
  if (retryAfterMs !== null) return Math.min(Math.max(retryAfterMs, scheduled), 2 * scheduled);
  return Math.round(scheduled * (1 + policy.jitter * random));
}
