import type { Delivery, Replay } from '../../api/model.ts';

export interface ReplayOutcome {
  readonly delivered: number;
  readonly failed: number;
  /** Requested and not ended, also where the delivery has not been stored yet. */
  readonly waiting: number;
}

/**
 * What has come of the deliveries of a replay.
 *
 * @param areAll false: these are only the newest of its deliveries
 */
export function outcomeOf(
  { requested }: Pick<Replay, 'requested'>,
  deliveries: readonly Pick<Delivery, 'status'>[],
  areAll: boolean,
): ReplayOutcome {
  const count = (...of: Delivery['status'][]): number => deliveries.filter(({ status }) => of.includes(status)).length;
  const [delivered, failed, open] = [count('SUCCESS'), count('FAILED'), count('PENDING', 'RETRYING')];
  return { delivered, failed, waiting: areAll ? Math.max(open, requested - delivered - failed) : open };
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
