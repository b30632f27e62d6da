const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });

/** `just now`, `5 min. ago`, `in 3 hr.`: the largest whole unit. */
export function timeAgo(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1_000;
  const size = Math.abs(seconds);
  // Clocks differ a little: an event of this moment must not be shown as one in the future.
  if (size < 10) return 'just now';
  const [unit, length] = STEPS.find(([, length]) => size >= length) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / length), unit);
}

/** The one form of exact times: `2026-11-26 12:00:00 CET`. Swedish writes dates as ISO 8601 does; the name of the zone is English. */
const FORM = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
} as const;
const formOf = (timeZone: string | undefined) => ({
  at: new Intl.DateTimeFormat('sv-SE', { ...FORM, timeZone }),
  zone: new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short', timeZone }),
});
const local = formOf(undefined);
const utc = formOf('UTC');

const written = ({ at: form, zone }: typeof local, at: Date): string => {
  const name = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${form.format(at)} ${name}`;
};

/** The exact time in the reader's time zone, with the name of that zone. */
export const exactTime = (at: Date): string => written(local, at);

/** The exact time in UTC: `2026-11-26 11:00:00 UTC`. */
export const utcTime = (at: Date): string => written(utc, at);

/** The name of the reader's time zone, such as `CET`. */
export const zoneName = (): string => exactTime(new Date()).split(' ').at(-1) ?? '';

const clock = (timeZone: string | undefined) => ({
  time: new Intl.DateTimeFormat('sv-SE', { hour: '2-digit', minute: '2-digit', timeZone }),
  date: new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone }),
});
const localClock = clock(undefined);
const utcClock = clock('UTC');

/** A time beside the axis of a chart: `14:30`, and at midnight the day instead: `11-26`. */
export function axisTime(at: Date, isUtc: boolean): string {
  const { time, date } = isUtc ? utcClock : localClock;
  const text = time.format(at);
  return text === '00:00' ? date.format(at).slice(-'11-26'.length) : text;
}

/** `740 ms`, `1.24 s`, `2 min 5 s`, `3 h 20 min` */
export function duration(ms: number): string {
  if (ms < 1) return ms === 0 ? '0 ms' : `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1))} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return joined(minutes, 'min', Math.floor((ms % 60_000) / 1_000), 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(hours, 'h', minutes % 60, 'min');
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const joined = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

/** The value of an `<input type="datetime-local">`: local time, to the minute. */
export function toLocalInput(at: Date): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** The instant of such an input, in the form of the API; undefined while the input is incomplete. */
export function fromLocalInput(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return undefined;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

const ISO = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/** Splits a sentence of the API at the instants in it, so that they can be shown in the reader's time zone. */
export function instantsIn(sentence: string): readonly (string | Date)[] {
  const parts: (string | Date)[] = [];
  let end = 0;
  for (const match of sentence.matchAll(ISO)) {
    if (match.index > end) parts.push(sentence.slice(end, match.index));
    parts.push(new Date(match[0]));
    end = match.index + match[0].length;
  }
  if (end < sentence.length) parts.push(sentence.slice(end));
  return parts;
}
