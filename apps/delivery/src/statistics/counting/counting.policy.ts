import type { DeliveryDay } from '../../database/delivery-days.ts';
import { finestAt, floorTo, RESOLUTIONS } from '../resolutions.policy.ts';
import type { Kept, Resolution } from '../resolutions.policy.ts';
import type { ChangedMinute } from './changed-deliveries.ts';
import type { CountedGroup } from './count-deliveries.ts';

/** Counting takes at most about one part in so many of the time of one connection. */
const REST_PER_WORK = 50;
/** While there is more to count at once, the share is larger: one part in so many. */
const REST_PER_WORK_BEHIND = 3;
/** A count is at most about so old while the load is small, milliseconds. */
const SHORTEST_REST_MS = 5_000;
/** Even under a large load a count is not much older, milliseconds. */
const LONGEST_REST_MS = 60_000;

/**
 * How long no replica counts after a round. The minute that is under way is counted again in each round, so that rounds cost more
 * the larger the load is: then they become rarer.
 */
export const restAfter = (tookMs: number, isBehind: boolean): number =>
  isBehind
    ? Math.min(LONGEST_REST_MS, REST_PER_WORK_BEHIND * tookMs)
    : Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, REST_PER_WORK * tookMs));

/**
 * The groups that are counted anew, by the length of their buckets; minutes of which nothing is kept any more are left out. The
 * longest are first: they take the longest to read, and are so read before the transaction has written anything.
 */
export function groupsOf(minutes: readonly ChangedMinute[], kept: Kept): Map<Resolution, CountedGroup[]> {
  const byResolution = new Map<Resolution, Map<string, CountedGroup>>();
  for (const { tenantId, webhookId, minute } of minutes) {
    const resolution = finestAt(minute * 1_000, kept);
    if (resolution === null) continue;
    const bucket = floorTo(minute * 1_000, resolution) / 1_000;
    const groups = byResolution.get(resolution) ?? new Map<string, CountedGroup>();
    byResolution.set(resolution, groups.set(`${webhookId} ${bucket}`, { tenantId, webhookId, bucket }));
  }
  return new Map(
    [...byResolution]
      .toSorted(([a], [b]) => b - a)
      .map(([resolution, groups]) => [resolution, [...groups.values()]] as const),
  );
}

/** A range of time, milliseconds: not before `from`, and before `before`. */
export interface Span {
  readonly from: number;
  readonly before: number;
}

/** The span that contains the buckets of all groups. */
export const spanOf = (groups: readonly CountedGroup[], resolution: Resolution): Span => ({
  from: 1_000 * groups.reduce((least, { bucket }) => Math.min(least, bucket), Number.POSITIVE_INFINITY),
  before: 1_000 * (groups.reduce((most, { bucket }) => Math.max(most, bucket), 0) + resolution),
});

/**
 * The next older span whose deliveries are counted although they do not change: an hour, or a day where only days are kept. Null:
 * all deliveries that there are have been counted.
 */
export function nextToFill(filledFrom: number, kept: Kept, days: readonly DeliveryDay[]): Span | null {
  const oldest = days.reduce((least, { createdFrom }) => Math.min(least, Date.parse(createdFrom)), filledFrom);
  if (filledFrom <= Math.max(oldest, kept.daysFrom)) return null;
  const isCountedByDay = finestAt(filledFrom - 1, kept) === RESOLUTIONS.day;
  return { from: floorTo(filledFrom - 1, isCountedByDay ? RESOLUTIONS.day : RESOLUTIONS.hour), before: filledFrom };
}
