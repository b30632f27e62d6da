/**
 * When waiting deliveries go from memory to PostgreSQL or to the shelf, so that the offsets of their partition need not wait for a
 * slow receiver. Time is counted in rounds of SIGNET_SPILL_AFTER. If a judgement is wrong, deliveries are written and read back
 * without need, which costs three times as much as sending them from memory.
 */

/**
 * Waiting deliveries stay in memory for at most this many rounds. More would delay the offsets for longer; fewer would, under
 * load, make all deliveries later still by writing them.
 */
export const MAX_ROUNDS = 80;
/** Deliveries that would wait for more rounds than this because of their own webhook go to PostgreSQL before `MAX_ROUNDS`. */
export const SLOW_ROUNDS = 40;
/**
 * The speed of a webhook is trusted only after this many rounds: at the beginning of a burst all attempts take long, and the
 * estimate would be too low.
 */
const ROUNDS_TO_SETTLE = 8;
/** If none of a webhook's attempts has ended for this many rounds, it is judged to take nothing, and its requests are shelved. */
export const STALLED_ROUNDS = 4;
/** From this many requests of one webhook in a batch on, it is cheaper to shelve them than to store each one. */
export const SHELVED_FROM = 8;

/** Facts about a webhook's queue, from which the policy judges. Times in milliseconds. */
export interface WebhookLoad {
  /** Time since an attempt last ended, or since the first began. */
  readonly sinceProgressMs: number;
  /** Number of waiting deliveries, including those that wait for an earlier one of their subject. */
  readonly waiting: number;
  /** Deliveries that wait for earlier ones of their subject: of the subject with the most of them. */
  readonly behindOthers: number;
  /** The webhook's own rate limit; infinite where it has none. */
  readonly perSecond: number;
  /** How long an attempt takes, on average; 0 before the first has ended. */
  readonly attemptMs: number;
}

/** Which of a webhook's deliveries the intake stores: all, those that would wait for more than `SLOW_ROUNDS`, or none. */
export type Overflow = 'all' | 'far_behind' | 'none';

/**
 * | what keeps the deliveries waiting | from round | what goes to PostgreSQL |
 * |---|---|---|
 * | no attempt of the webhook has ended for a round | 1 | all |
 * | the webhook's rate limit or order: the last one would wait for more than 40 rounds | 1 | all |
 * | the webhook has more than its share of the partition's room | 8 | those that would wait for more than 40 rounds |
 * | anything else | 80 | all |
 *
 * @param isOverShare the webhook holds more than its share of the partition's room, and others need it
 */
export function overflowOf(load: WebhookLoad, rounds: number, roundMs: number, isOverShare: boolean): Overflow {
  if (rounds >= MAX_ROUNDS) return 'all';
  if (load.sinceProgressMs >= roundMs || ownWaitMs(load) > SLOW_ROUNDS * roundMs) return 'all';
  return isOverShare && rounds >= ROUNDS_TO_SETTLE ? 'far_behind' : 'none';
}

/**
 * Whether a request that was just read goes to the shelf, although its webhook takes deliveries: others of its partition need the
 * room. Once a webhook is above its share, its requests go to the shelf until nothing of it is there any more: otherwise new ones
 * would get past old ones for as long as it gets more than it can take.
 *
 * @param count requests of the webhook that were read together
 * @param hasShare the webhook holds less than its share of the partition's room
 * @param wasCrowding it was above its share, and its requests of that time are still on the shelf
 */
export const isCrowding = (count: number, hasShare: boolean, wasCrowding: boolean): boolean =>
  count >= SHELVED_FROM && (wasCrowding || !hasShare);

/** How long the last waiting delivery waits because of the webhook's own rate limit or order, milliseconds. */
const ownWaitMs = ({ waiting, behindOthers, perSecond, attemptMs }: WebhookLoad): number =>
  Math.max((waiting / perSecond) * 1_000, behindOthers * attemptMs);
