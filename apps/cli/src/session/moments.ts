import { UsageError } from '../errors.ts';

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const AGO = /^(\d{1,9})([smhd])$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Milliseconds of `90s`, `15m`, `2h` or `7d`. */
export function durationMs(text: string): number {
  const [, count, unit] = AGO.exec(text) ?? [];
  if (count === undefined) throw new UsageError(`"${text}" is not a duration such as 90s, 15m, 2h or 7d.`);
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** A time: RFC 3339, or how long before now. As `Date.toISOString` gives it. */
export function momentOf(text: string, now: Date): string {
  if (AGO.test(text)) return new Date(now.getTime() - durationMs(text)).toISOString();
  if (!RFC_3339.test(text) || Number.isNaN(Date.parse(text)))
    throw new UsageError(`"${text}" is not a time such as 2026-11-23T18:00:00Z, or 2h for two hours ago.`);
  return new Date(text).toISOString();
}

/** A time for people, in the time zone of this machine: `2026-11-23 18:00:05`. */
export function shownTime(iso: string | null | undefined): string {
  if (!iso) return '';
  const time = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

export const shownDuration = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? '' : `${ms} ms`;
