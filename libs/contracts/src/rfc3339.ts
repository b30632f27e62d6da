import { z } from 'zod';

/** Knows the days of each month, which Date.parse does not, and asks for seconds and an offset. */
const RFC3339 = z.regexes.datetime({ offset: true });
/** Room for a fraction of any clock; a time has no other part that can be long. */
const MAX_LENGTH = 64;

/**
 * The instant of an RFC 3339 time, milliseconds since the epoch; undefined for anything else, also for what Date.parse
 * would take, such as `2026`, `1 Mar 2026` or a text with remarks in brackets.
 */
export function parseRfc3339(time: string): number | undefined {
  if (time.length > MAX_LENGTH || !RFC3339.test(time.toUpperCase())) return undefined;
  const instant = Date.parse(time);
  return Number.isNaN(instant) ? undefined : instant;
}
