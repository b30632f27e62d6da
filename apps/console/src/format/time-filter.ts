/** A filter of time, as in the address of a page: a span up to now (`1h`), or `from~until`, one of which may be missing. */
export interface TimeRange {
  readonly after?: string;
  readonly before?: string;
}

export const PRESETS = [
  { value: '1h', name: 'Last hour', ms: 3_600_000 },
  { value: '24h', name: 'Last 24 hours', ms: 86_400_000 },
  { value: '7d', name: 'Last 7 days', ms: 7 * 86_400_000 },
  { value: '30d', name: 'Last 30 days', ms: 30 * 86_400_000 },
] as const;

/** The time range for the API. `now` is rounded down to the minute, so that the same request is repeated for a while. */
export function rangeOf(value: string, now: Date): TimeRange {
  const preset = PRESETS.find((one) => one.value === value);
  if (preset) return { after: new Date(Math.floor(now.getTime() / 60_000) * 60_000 - preset.ms).toISOString() };
  const [after = '', before = ''] = value.split('~');
  return { ...(isInstant(after) && { after }), ...(isInstant(before) && { before }) };
}

/** Earlier than anything of Signet. */
export const EVER = '1970-01-01T00:00:00.000Z';

/** The range with a beginning where it has an end, for requests in which a missing beginning means the last 24 hours. */
export const withBeginning = (range: TimeRange): TimeRange =>
  range.before === undefined ? range : { after: EVER, ...range };

export const customRange = ({ after = '', before = '' }: TimeRange): string =>
  after === '' && before === '' ? '' : `${after}~${before}`;

const isInstant = (text: string): boolean => text !== '' && !Number.isNaN(Date.parse(text));

/** The text of the filter's chip. */
export function rangeName(value: string, exact: (at: Date) => string): string {
  const preset = PRESETS.find((one) => one.value === value);
  if (preset) return preset.name;
  const { after, before } = rangeOf(value, new Date(0));
  if (after && before) return `${exact(new Date(after))} – ${exact(new Date(before))}`;
  if (after) return `since ${exact(new Date(after))}`;
  return before ? `before ${exact(new Date(before))}` : 'any time';
}
