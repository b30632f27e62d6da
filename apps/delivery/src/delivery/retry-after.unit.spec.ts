import { expect, test } from '@jest/globals';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-03-01T10:00:00.000Z');

test.each([
  ['120', 120_000],
  ['0', 0],
  ['007', 7_000],
  [' 7 ', 7_000],
  ['\t7', 7_000],
  // Not of the RFC, but sent: rounded up.
  ['1.2', 2_000],
  ['0.001', 1_000],
  // The three of RFC 9110: IMF-fixdate, RFC 850, asctime.
  ['Sun, 01 Mar 2026 10:02:00 GMT', 120_000],
  ['Sunday, 01-Mar-26 10:02:00 GMT', 120_000],
  ['Sun Mar  1 10:02:00 2026', 120_000],
  ['Tue Mar 10 10:00:00 2026', 9 * 86_400_000],
  ['Sun, 01 Mar 2026 10:00:60 GMT', 60_000],
  // A time in the past means no wait; a year of two digits is at most 50 years ahead.
  ['Sun, 01 Mar 2026 09:00:00 GMT', 0],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
  ['Saturday, 29-Feb-76 10:00:00 GMT', Date.UTC(2076, 1, 29, 10) - NOW],
  ['Tuesday, 01-Mar-77 10:00:00 GMT', 0],
])('Retry-After %j is %j milliseconds', (header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected);
});

test.each([
  undefined,
  '',
  'soon',
  '1.',
  '.5',
  '-1',
  '+5',
  '1e3',
  '0x10',
  '5s',
  '5, 6',
  '１２',
  'March 7',
  '2026-03-01',
  '2026-03-01T10:02:00Z',
  '01 Mar 2026 10:02:00 GMT',
  'Sun, 1 Mar 2026 10:02:00 GMT',
  'Sun, 01 Mar 2026 10:02:00',
  'Sun, 01 Mar 2026 10:02:00 UTC',
  'Sun, 01 Mar 2026 10:02:00 +0000',
  'Sun, 01 Mar 2026 10:02 GMT',
  'sun, 01 mar 2026 10:02:00 gmt',
  'Xyz, 01 Mar 2026 10:02:00 GMT',
  'Sun, 31 Feb 2026 10:02:00 GMT',
  'Sun, 00 Mar 2026 10:02:00 GMT',
  'Sun, 01 Mar 2026 24:00:00 GMT',
  'Sun, 01 Mar 2026 10:60:00 GMT',
  'Sun, 01 Mar 2026 10:02:61 GMT',
  'Sun, 01 Mar 26 10:02:00 GMT',
  'Sun, 01-Mar-26 10:02:00 GMT',
  'Sun Mar 1 10:02:00 2026',
  'Sun Mar  1 10:02:00 2026 GMT',
])('Retry-After %j says nothing', (header) => {
  expect(retryAfterMs(header, NOW)).toBeNull();
});
