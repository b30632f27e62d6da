const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';
const MONTH = `(?<month>${MONTHS.join('|')})`;
const SHORT_WEEKDAY = `(?<weekday>${WEEKDAYS.map((name) => name.slice(0, 3)).join('|')})`;

/** The HTTP-date formats of RFC 9110, §5.6.7: the present one, and the two obsolete ones that every recipient must read. */
const FORMATS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^${SHORT_WEEKDAY}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^(?<weekday>${WEEKDAYS.join('|')}), (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(`^${SHORT_WEEKDAY} ${MONTH} (?<day>\\d{2}| \\d) ${TIME} (?<year>\\d{4})$`),
];

/**
 * Retry-After of RFC 9110, §10.2.3: seconds or an HTTP date. Values that only look like one are ignored: a wrong wait would
 * be worse than the schedule's. Some receivers send fractions of a second although the RFC has none: these are rounded up.
 * Returns milliseconds from `now`, or null if there is no readable value.
 */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const text = header.replaceAll(/^[ \t]+|[ \t]+$/g, '');
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text)) * 1000, Number.MAX_SAFE_INTEGER);
  const at = httpDate(text, now);
  return at === null ? null : Math.max(0, at - now);
}

/** Milliseconds since the epoch, or null if the text has none of the three formats or the day does not exist. */
function httpDate(text: string, now: number): number | null {
  const parts = FORMATS.map((format) => format.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return null;
  const [day = 0, hour = 0, minute = 0, second = 0] = ['day', 'hour', 'minute', 'second'].map((name) =>
    Number(parts[name]),
  );
  const month = MONTHS.indexOf(parts['month'] ?? '');
  const year = fullYear(parts['year'] ?? '', now);
  const at = new Date(Date.UTC(year, month, day, hour, minute, second));
  // A leap second counts as the first second of the next minute.
  const isOfTheCalendar = new Date(Date.UTC(year, month, day)).getUTCDate() === day && day > 0;
  const isOfTheClock = hour < 24 && minute < 60 && second <= 60;
  return isOfTheCalendar && isOfTheClock ? at.getTime() : null;
}

/** A year of two digits that would be more than 50 years ahead belongs to the past century (RFC 9110, §5.6.7). */
function fullYear(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits);
  const current = new Date(now).getUTCFullYear();
  const year = current - (current % 100) + Number(digits);
  return year > current + 50 ? year - 100 : year;
}
