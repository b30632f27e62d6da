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
 * The number of a replay's deliveries in each state.
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

/**
 * Until when the deliveries of a replay are stored: up to the next replay of the webhook, or some time after its own end; undefined:
 * until now.
 *
 * @param replays of this webhook
 */
export function storedUntil(
  { createdAt, completedAt }: Pick<Replay, 'createdAt' | 'completedAt'>,
  replays: readonly Pick<Replay, 'createdAt'>[],
): string | undefined {
  const later = replays.map((replay) => Date.parse(replay.createdAt)).filter((at) => at > Date.parse(createdAt));
  const ends = completedAt === null ? later : [...later, Date.parse(completedAt) + STORING_MS];
  return ends.length === 0 ? undefined : new Date(Math.min(...ends)).toISOString();
}

/** Why a replay has no delivery to show. */
export function whyNone(
  { state, requested }: Pick<Replay, 'state' | 'requested'>,
  { areAll, areToCome }: { readonly areAll: boolean; readonly areToCome: boolean },
): string {
  if (!areAll) return 'None of the deliveries that were read is of this replay.';
  if (state === 'running') return 'The replay is at its beginning.';
  if (requested === 0)
    return state === 'completed' ? 'The replay has found no message.' : 'The replay ended before its first delivery.';
  return areToCome
    ? 'The deliveries are stored in a moment.'
    : 'The deliveries were deleted, or were stored very late.';
}
