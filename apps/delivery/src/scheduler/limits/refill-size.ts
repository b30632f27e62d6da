/** One read of a backlog should keep the webhook busy for about this long: PostgreSQL answers within that time. Milliseconds. */
const REFILL_AHEAD_MS = 200;
/** Deliveries in one read, at most: it bounds the memory of one webhook. */
const MOST_REFILLED = 500;

/** How fast a webhook goes. */
export interface Speed {
  /** POSTs at once. */
  readonly slots: number;
  /** How long an attempt takes, milliseconds; 0 before the first has ended. */
  readonly attemptMs: number;
  /** The webhook's own rate limit, if it has one. */
  readonly perSecond: number | null;
}

const attemptsIn = (ms: number, { slots, attemptMs, perSecond }: Speed): number =>
  attemptMs === 0
    ? 0
    : Math.ceil((ms / 1_000) * Math.min(perSecond ?? Number.POSITIVE_INFINITY, (1_000 / attemptMs) * slots));

/**
 * How many stored deliveries of a webhook to hold in memory: as many as it can send while PostgreSQL answers the query for
 * the next ones. The webhook's speed is estimated from its past attempts. If the estimate is too low, the webhook waits for
 * PostgreSQL now and then; if it is too high, more deliveries lie in memory than needed.
 */
export const refillSize = (speed: Speed): number =>
  Math.min(MOST_REFILLED, Math.max(2 * speed.slots, attemptsIn(REFILL_AHEAD_MS, speed)));
