import { expect, test } from '@jest/globals';
import { backoffMs } from './backoff.ts';

test('the wait doubles with each failure in a row, up to the longest', () => {
  const waits = [1, 2, 3, 4, 5, 100_000].map((failures) => backoffMs(failures, { firstMs: 100, longestMs: 1_000 }));
  expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test('a longest wait that is shorter than the first one holds for all', () => {
  expect(backoffMs(1, { firstMs: 100, longestMs: 30 })).toBe(30);
});

test.each([
  ['all of the wait is random', 1, 0, 0],
  ['all of the wait is random', 1, 0.75, 300],
  ['half of the wait is random', 0.5, 0, 200],
  ['half of the wait is random', 0.5, 0.5, 300],
  ['nothing is random', 0, 0.5, 400],
])('%s: with a jitter of %d, and %d drawn, the wait after the third failure is %d', (_what, jitter, drawn, ms) => {
  expect(backoffMs(3, { firstMs: 100, longestMs: 1_000, jitter, random: () => drawn })).toBe(ms);
});
