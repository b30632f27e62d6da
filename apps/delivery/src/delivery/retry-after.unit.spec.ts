import { expect, test } from '@jest/globals';
import { retryAfterMs } from './retry-schedule.ts';

const NOW = Date.parse('2026-03-01T10:00:00.000Z');

test.each([
  ['120', 120_000],
  ['0', 0],
  ['1.2', 2_000],
  [' 7 ', 7_000],
  ['Sun, 01 Mar 2026 10:02:00 GMT', 120_000],
  ['Sun, 01 Mar 2026 09:00:00 GMT', 0],
  ['soon', null],
  ['', null],
  [undefined, null],
])('Retry-After %j is %j milliseconds', (header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected);
});
