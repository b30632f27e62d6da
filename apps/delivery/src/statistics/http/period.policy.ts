import { ceilTo, floorTo, KEPT_DAYS, keptAt, RESOLUTIONS } from '../resolutions.policy.ts';
import type { Resolution } from '../resolutions.policy.ts';

export const BUCKETS = { '1m': RESOLUTIONS.minute, '1h': RESOLUTIONS.hour, '1d': RESOLUTIONS.day } as const;
export type Bucket = keyof typeof BUCKETS;

const HOUR_MS = 3_600_000;
export const RANGES = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 168 * HOUR_MS, '30d': 720 * HOUR_MS } as const;
export type Range = keyof typeof RANGES;

/** More points than this are of no use in a chart, and each costs a row of the answer. */
export const MOST_BUCKETS = 200;

export interface AskedPeriod {
  readonly range?: Range | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly bucket?: Bucket | undefined;
}

/** Whole buckets: not before `from`, and before `to`. Milliseconds. */
export interface Period {
  readonly from: number;
  readonly to: number;
  readonly bucket: Bucket;
  readonly resolution: Resolution;
}

export interface Fault {
  readonly field: string;
  readonly rule: string;
  readonly detail: string;
}

const KEPT: Readonly<Record<Bucket, { readonly days: number; readonly from: (now: number) => number }>> = {
  '1m': { days: KEPT_DAYS.minute, from: (now) => keptAt(now).minutesFrom },
  '1h': { days: KEPT_DAYS.hour, from: (now) => keptAt(now).hoursFrom },
  '1d': { days: KEPT_DAYS.day, from: (now) => keptAt(now).daysFrom },
};

/** The buckets that are asked for, or why they cannot be given. */
export function periodOf(asked: AskedPeriod, now: number): Period | Fault {
  const to = asked.to?.getTime() ?? now;
  const from = asked.from?.getTime() ?? to - RANGES[asked.range ?? '24h'];
  if (from >= to) return { field: 'to', rule: 'to_not_after_from', detail: 'It must be later than from.' };
  if (asked.bucket) return checked(aligned(from, to, asked.bucket, asked), now);
  const fits = (['1m', '1h', '1d'] as const).map((bucket) => checked(aligned(from, to, bucket, asked), now));
  return fits.find((one) => !('rule' in one)) ?? fits.at(-1)!;
}

/** A range ends with the bucket that is under way, and has as many buckets as the range says; other bounds are widened to whole buckets. */
function aligned(from: number, to: number, bucket: Bucket, { from: begin }: AskedPeriod): Period {
  const resolution = BUCKETS[bucket];
  const end = ceilTo(to, resolution);
  return { from: floorTo(begin ? from : end - (to - from), resolution), to: end, bucket, resolution };
}

function checked(period: Period, now: number): Period | Fault {
  const { days, from } = KEPT[period.bucket];
  if (period.from < from(now))
    return period.bucket === '1d'
      ? { field: 'from', rule: 'too_old', detail: `It must lie in the last ${days} days.` }
      : {
          field: 'bucket',
          rule: 'bucket_not_kept',
          detail: `Buckets of ${period.bucket} are kept for ${days} days: ask for longer buckets.`,
        };
  if ((period.to - period.from) / 1_000 / period.resolution > MOST_BUCKETS)
    return {
      field: 'bucket',
      rule: 'too_many_buckets',
      detail: `It must divide the range into at most ${MOST_BUCKETS} buckets.`,
    };
  return period;
}
