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
  /** Its own limit, if it has one. */
  readonly perSecond: number | null;
}

const attemptsIn = (ms: number, { slots, attemptMs, perSecond }: Speed): number =>
  attemptMs === 0
    ? 0
    : Math.ceil((ms / 1_000) * Math.min(perSecond ?? Number.POSITIVE_INFINITY, (1_000 / attemptMs) * slots));

/** How many stored deliveries of a webhook to hold in memory: those that are sent while PostgreSQL is asked for the next ones. */
export const refillSize = (speed: Speed): number =>
  Math.min(MOST_REFILLED, Math.max(2 * speed.slots, attemptsIn(REFILL_AHEAD_MS, speed)));
