const SECOND = 1_000;
const DAY = 86_400;

/** Lengths of the buckets in which deliveries are counted, seconds, finest first. */
export const RESOLUTIONS = { minute: 60, hour: 3_600, day: DAY } as const;
export type Resolution = (typeof RESOLUTIONS)[keyof typeof RESOLUTIONS];

/** For how many whole days before today buckets of each length are kept. */
export const KEPT_DAYS = { minute: 2, hour: 8, day: 40 } as const;

/** From which time on there are buckets of each length: milliseconds, midnights in UTC. */
export interface Kept {
  readonly minutesFrom: number;
  readonly hoursFrom: number;
  readonly daysFrom: number;
}

export const floorTo = (ms: number, seconds: number): number => Math.floor(ms / (seconds * SECOND)) * seconds * SECOND;
export const ceilTo = (ms: number, seconds: number): number => Math.ceil(ms / (seconds * SECOND)) * seconds * SECOND;

export const keptAt = (now: number): Kept => {
  const today = floorTo(now, DAY);
  const from = (days: number): number => today - days * DAY * SECOND;
  return { minutesFrom: from(KEPT_DAYS.minute), hoursFrom: from(KEPT_DAYS.hour), daysFrom: from(KEPT_DAYS.day) };
};

/**
 * The length of the finest bucket that is kept for a time; null: none is. Deliveries are counted in these buckets. The longer
 * buckets get the differences.
 */
export function finestAt(ms: number, { minutesFrom, hoursFrom, daysFrom }: Kept): Resolution | null {
  if (ms >= minutesFrom) return RESOLUTIONS.minute;
  if (ms >= hoursFrom) return RESOLUTIONS.hour;
  return ms >= daysFrom ? RESOLUTIONS.day : null;
}

/** The lengths of the buckets that contain a bucket, and its own. */
export const resolutionsFrom = (finest: Resolution): Resolution[] =>
  Object.values(RESOLUTIONS).filter((seconds) => seconds >= finest);
