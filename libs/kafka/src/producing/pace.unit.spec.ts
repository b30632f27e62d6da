import { expect, test } from '@jest/globals';
import { Pace } from './pace.ts';

let now = 0;
const pace = (): Pace => new Pace(10, () => now);

/** The gap after a second of requests, given the records of a request and the milliseconds between two. */
function gapAfter(records: number, everyMs: number): number {
  const requests = pace();
  for (now = 0; now < 1_000; now += everyMs) requests.carried(records);
  now -= everyMs;
  return requests.waitMs(1);
}

test('at 200 records a second no request waits', () => {
  expect(gapAfter(1, 5)).toBe(0);
});

test('at a thousand a second and more the gap is the longest, however the records come', () => {
  expect(gapAfter(1, 1)).toBe(10);
  expect(gapAfter(10, 10)).toBe(10);
  expect(gapAfter(100, 10)).toBe(10);
});

test('a gap ends, and a burst long ago is forgotten', () => {
  const requests = pace();
  now = 0;
  requests.carried(150);
  expect(requests.waitMs(1)).toBe(10);
  now = 9.5;
  expect(requests.waitMs(1)).toBe(0);
  now = 1_000;
  requests.carried(1);
  expect(requests.waitMs(1)).toBe(0);
});

test('a large request goes at once', () => {
  const requests = pace();
  now = 0;
  requests.carried(150);
  expect(requests.waitMs(199)).toBe(10);
  expect(requests.waitMs(200)).toBe(0);
});
