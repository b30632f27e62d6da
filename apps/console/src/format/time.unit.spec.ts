import { expect, test } from '@jest/globals';
import { axisTime, duration, exactTime, fromLocalInput, instantsIn, timeAgo, toLocalInput, utcTime } from './time.ts';

const NOW = new Date('2026-11-26T12:00:00Z');
const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000);

test.each([
  [-3, 'just now'],
  [8, 'just now'],
  [-42, '42 sec. ago'],
  [-60, '1 min. ago'],
  [-3_599, '59 min. ago'],
  [3 * 3_600, 'in 3 hr.'],
  [-26 * 3_600, '1 day ago'],
  [-8 * 86_400, '1 wk. ago'],
  [-400 * 86_400, '1 yr. ago'],
])('%d seconds from now is %s', (seconds, expected) => {
  expect(timeAgo(after(seconds), NOW)).toBe(expected);
});

test.each([
  [0, '0 ms'],
  [0.42, '0.4 ms'],
  [41.6, '42 ms'],
  [1_240, '1.24 s'],
  [15_000, '15 s'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [90_000_000, '1 d 1 h'],
])('%d ms is %s', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

test('a time goes through an input to the minute, in the zone of the reader', () => {
  expect(fromLocalInput(toLocalInput(after(42)))).toBe(NOW.toISOString());
  expect(fromLocalInput('2026-11-')).toBeUndefined();
});

test('exact times have one form, and name their zone', () => {
  expect(utcTime(NOW)).toBe('2026-11-26 12:00:00 UTC');
  expect(exactTime(NOW)).toMatch(/^2026-11-2[567] \d\d:\d\d:\d\d \S+$/);
});

test('an axis shows times, and days at midnight', () => {
  expect(axisTime(new Date('2026-11-26T14:30:00Z'), true)).toBe('14:30');
  expect(axisTime(new Date('2026-11-26T00:00:00Z'), true)).toBe('11-26');
});

test('a sentence is cut at its instants', () => {
  expect(instantsIn('Attempt 2 of 5 failed; next attempt at 2026-11-26T12:00:00.000Z.')).toEqual([
    'Attempt 2 of 5 failed; next attempt at ',
    NOW,
    '.',
  ]);
  expect(instantsIn('Delivered.')).toEqual(['Delivered.']);
});
