import type { DeliveryDay } from '../../database/delivery-days.ts';
import type { CreatedRange } from './delivery.filter.ts';

/**
 * How many days each statement reads. Most pages are full after the first few days; only searches for rare or old deliveries
 * go on to all days. So a page takes three statements at most, and usually reads a handful of partitions.
 */
const STEPS = [4, 12, Number.POSITIVE_INFINITY] as const;

/** The days whose deliveries may have been created in the range; those with the newest come first. */
export const daysWithin = (days: readonly DeliveryDay[], { from, before }: CreatedRange): DeliveryDay[] =>
  days
    .filter(({ createdFrom, createdUntil }) => (!from || createdUntil > from) && (!before || createdFrom < before))
    .toSorted((a, b) => compare(b.createdUntil, a.createdUntil) || compare(b.day, a.day));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export interface Placed {
  readonly id: string;
  readonly createdAt: string;
}

/**
 * The newest rows of these days, up to `limit`, newest first.
 *
 * @param read the newest rows of some of the days, created at `from` or later where that is given
 */
export async function newestOf<T extends Placed>(
  days: readonly DeliveryDay[],
  limit: number,
  read: (days: readonly DeliveryDay[], from: string | undefined) => Promise<readonly T[]>,
): Promise<T[]> {
  let rows: T[] = [];
  let left = daysWithin(days, {});
  for (const step of STEPS) {
    // When the page is full, only deliveries newer than its last row are still wanted; they may lie in older days, as replays
    // and late messages do.
    const from = rows.length < limit ? undefined : rows.at(-1)?.createdAt;
    if (from !== undefined) left = left.filter(({ createdUntil }) => createdUntil > from);
    if (left.length === 0) break;
    const found = await read(left.slice(0, step), from);
    left = left.slice(step);
    rows = [...rows, ...found].toSorted(newestFirst).slice(0, limit);
  }
  return rows;
}

/** As PostgreSQL orders them: a UUID's text is ordered like its bytes. */
const newestFirst = (a: Placed, b: Placed): number => compare(b.createdAt, a.createdAt) || compare(b.id, a.id);
