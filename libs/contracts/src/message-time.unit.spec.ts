import { describe, expect, test } from '@jest/globals';
import { canonicalTimeLimits, instantFault, recordTime, timeFault } from './message/message-time.policy.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-03-01T12:00:00.000Z');
const limits = { now, retentionMs: 90 * DAY_MS };

/** A Kafka record's timestamp as producers in use set it. */
const ODD_TIMESTAMPS: [what: string, timestamp: number][] = [
  ['none, as some clients write it', -1],
  ['zero', 0],
  ['seconds', now / 1_000],
  ['microseconds', now * 1_000],
  ['nanoseconds', now * 1_000_000],
  ['ten years ahead', now + 3_652 * DAY_MS],
  ['a second more than a day ahead', now + DAY_MS + 1_000],
  ['a second older than the retention', now - 90 * DAY_MS - 1_000],
  ['the least that Kafka can hold', -(2 ** 63)],
  ['no number', Number.NaN],
];

describe("a record's timestamp", () => {
  test.each(ODD_TIMESTAMPS)('that cannot be believed is replaced by the present: %s', (_what, timestamp) =>
    expect(recordTime(timestamp, limits)).toBe(now),
  );

  test.each([
    ['a moment ago', now - 1],
    ['at the end of the retention', now - 90 * DAY_MS],
    ['a day ahead', now + DAY_MS],
  ])('is taken as it is: %s', (_what, timestamp) => expect(recordTime(timestamp, limits)).toBe(timestamp));
});

describe('a time in words', () => {
  test.each([
    ['2026-03-01T12:00:00Z', undefined],
    ['yesterday', 'not_a_time'],
    ['2026-03-02T12:00:01Z', 'too_far_ahead'],
    ['2025-12-01T11:59:59Z', 'too_old'],
    ['0000-01-01T00:00:00Z', 'too_old'],
    ['9999-12-31T23:59:59Z', 'too_far_ahead'],
  ])('%s: %s', (time, fault) => expect(timeFault(time, limits)).toBe(fault));

  test('of a year that cannot be stored is refused also where deliveries are kept for ever', () =>
    expect(timeFault('0000-12-31T00:00:00Z', { now, retentionMs: 9_999 * 366 * DAY_MS })).toBe('too_old'));
});

test('on a canonical topic there is room for a week that the record has lain there, and for another clock', () => {
  const canonical = canonicalTimeLimits(limits);
  expect(instantFault(now - 97 * DAY_MS, canonical)).toBeUndefined();
  expect(instantFault(now - 97 * DAY_MS - 1, canonical)).toBe('too_old');
  expect(instantFault(now + DAY_MS + 60_000, canonical)).toBeUndefined();
  expect(instantFault(now + 2 * DAY_MS, canonical)).toBe('too_far_ahead');
});
