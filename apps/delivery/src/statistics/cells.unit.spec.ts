import { expect, test } from '@jest/globals';
import { binOf, HISTOGRAMS, percentilesOf, sumOf } from './cells.policy.ts';

const { deliveryMs, responseMs } = HISTOGRAMS;
const histogramOf = (times: readonly number[], histogram: number = deliveryMs) =>
  sumOf(times.map((ms) => new Map([[histogram + binOf(ms), 1]])));
/** By nearest rank. */
const exact = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.ceil(share * times.length) - 1]!;

test('a percentile is at most five per cent away from the exact one, from a few milliseconds to a month', () => {
  for (const middle of [10, 250, 15_000, 3_600_000, 2_000_000_000]) {
    const times = Array.from({ length: 1_000 }, (_, index) => middle * (0.5 + ((index * 7_919) % 1_000) / 500));
    const found = percentilesOf(histogramOf(times), deliveryMs)!;
    for (const [name, share] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const error = Math.abs(found[name] / exact(times, share) - 1);
      // Whole milliseconds add up to half of one.
      expect(error).toBeLessThan(0.05 + 0.5 / exact(times, share));
    }
  }
});

test('a single time is every percentile, and no time gives none', () => {
  expect(percentilesOf(histogramOf([0]), deliveryMs)).toEqual({ p50: 1, p95: 1, p99: 1 });
  expect(percentilesOf(new Map(), deliveryMs)).toBeNull();
});

test('one slow time in a hundred is above the p99, one in fifty is the p99', () => {
  const fast = Array.from({ length: 99 }, () => 10);
  expect(percentilesOf(histogramOf([...fast, 9_000]), deliveryMs)!.p99).toBeLessThan(11);
  expect(percentilesOf(histogramOf([...fast.slice(1), 9_000, 9_000]), deliveryMs)!.p99).toBeGreaterThan(8_500);
});

test('the two histograms of a row do not mix', () => {
  const both = sumOf([histogramOf([10]), histogramOf([5_000], responseMs)]);
  expect(percentilesOf(both, deliveryMs)!.p99).toBeLessThan(11);
  expect(percentilesOf(both, responseMs)!.p50).toBeGreaterThan(4_700);
});

test('bags add up in any order, and what is taken away is gone', () => {
  const once = histogramOf([10, 20, 300]);
  const away = new Map([...once].map(([cell, count]) => [cell, -count]));
  expect(percentilesOf(sumOf([once, histogramOf([7]), away]), deliveryMs)).toEqual(
    percentilesOf(histogramOf([7]), deliveryMs),
  );
});
