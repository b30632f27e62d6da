/** What is read of a backlog at once should last for about so long, milliseconds, and is no more than this. */
const REFILL_AHEAD_MS = 200;
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

/** How many of its backlog in PostgreSQL to have in memory: what goes out while PostgreSQL is asked for the next. */
export const roomForStored = (speed: Speed): number =>
  Math.min(MOST_REFILLED, Math.max(2 * speed.slots, attemptsIn(REFILL_AHEAD_MS, speed)));
