import type { Delivery, DeliveryStatus } from '../api/model.ts';

export interface Bucket {
  readonly from: Date;
  readonly until: Date;
  readonly counts: Readonly<Record<DeliveryStatus, number>>;
  readonly total: number;
}

/**
 * Counts deliveries in time spans of equal length, from the oldest delivery to `now`. Without deliveries there are no
 * spans.
 */
export function bucketsOf(
  deliveries: readonly Pick<Delivery, 'createdAt' | 'status'>[],
  now: Date,
  count: number,
): readonly Bucket[] {
  const times = deliveries.map(({ createdAt }) => Date.parse(createdAt));
  const start = Math.min(...times);
  if (!Number.isFinite(start)) return [];
  // Without a least length, deliveries that were all made just now would get spans of length zero.
  const span = Math.max(now.getTime() - start, count * 1_000) / count;
  const first = now.getTime() - span * count;
  const counts = Array.from({ length: count }, () => ({ PENDING: 0, RETRYING: 0, SUCCESS: 0, FAILED: 0 }));
  deliveries.forEach(({ status }, index) => {
    const place = Math.floor(((times[index] ?? first) - first) / span);
    const bucket = counts[Math.min(Math.max(place, 0), count - 1)];
    if (bucket) bucket[status] += 1;
  });
  return counts.map((of, index) => ({
    from: new Date(first + index * span),
    until: new Date(first + (index + 1) * span),
    counts: of,
    total: of.PENDING + of.RETRYING + of.SUCCESS + of.FAILED,
  }));
}
