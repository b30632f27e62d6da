import type { Delivery, Replay } from '../../api/model.ts';

export interface ReplayOutcome {
  readonly delivered: number;
  readonly failed: number;
  /** Requested and not ended, also where the delivery has not been stored yet. */
  readonly waiting: number;
}

/** A delivery is stored within seconds of its request; a service that starts again, or that is behind, needs longer. */
const STORING_MS = 120_000;

/** Whether deliveries that a replay has requested may not be stored yet. Later, one that is missing was deleted. */
export const isStoring = ({ completedAt }: Pick<Replay, 'completedAt'>, now: Date): boolean =>
  completedAt === null || now.getTime() < Date.parse(completedAt) + STORING_MS;

/**
 * What has come of the deliveries of a replay.
 *
 * @param areToCome whether every requested delivery that is not among these is still to be stored
 */
export function outcomeOf(
  { requested }: Pick<Replay, 'requested'>,
  deliveries: readonly Pick<Delivery, 'status'>[],
  areToCome: boolean,
): ReplayOutcome {
  const count = (...of: Delivery['status'][]): number => deliveries.filter(({ status }) => of.includes(status)).length;
  const [delivered, failed, open] = [count('SUCCESS'), count('FAILED'), count('PENDING', 'RETRYING')];
  return { delivered, failed, waiting: areToCome ? Math.max(open, requested - delivered - failed) : open };
}

/** When the next replay of the same webhook began; undefined: there is none. @param replays of this webhook */
export const nextBegan = (
  { createdAt }: Pick<Replay, 'createdAt'>,
  replays: readonly Pick<Replay, 'createdAt'>[],
): string | undefined =>
  replays
    .map((replay) => replay.createdAt)
    .filter((at) => Date.parse(at) > Date.parse(createdAt))
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))[0];
