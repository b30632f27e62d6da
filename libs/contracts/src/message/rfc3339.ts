import { z } from 'zod';

/** It knows the days of each month, which Date.parse does not, and requires seconds and an offset. */
const RFC3339 = z.regexes.datetime({ offset: true });
/** Room for a fraction of any clock; a time has no other part that can be long. */
const MAX_LENGTH = 64;

/**
 * The first instant that is accepted, and the first after it that is not, milliseconds since the epoch. PostgreSQL has no year
 * 0, and neither RFC 3339 nor a day partition's upper bound can have a year 10000. A whole day is left at both ends, so that the
 * neighbouring day, or the same time with an offset, can be written, too.
 */
const EARLIEST_MS = Date.parse('0001-01-02T00:00:00Z');
const END_MS = Date.parse('9999-12-31T00:00:00Z');

/** Whether PostgreSQL and the day partitions take this instant, milliseconds since the epoch. */
export const isStorableInstant = (instant: number): boolean => instant >= EARLIEST_MS && instant < END_MS;

/** Whether the text is a time of RFC 3339, of whatever year. */
export const isRfc3339 = (time: string): boolean => time.length <= MAX_LENGTH && RFC3339.test(time.toUpperCase());

/**
 * The instant of an RFC 3339 time, milliseconds since the epoch; undefined for any other text, also for texts that Date.parse
 * would accept, such as `2026`, `1 Mar 2026` or one with remarks in brackets, and for years that cannot be stored.
 */
export function parseRfc3339(time: string): number | undefined {
  if (!isRfc3339(time)) return undefined;
  const instant = Date.parse(time);
  return isStorableInstant(instant) ? instant : undefined;
}
