import { expect, test } from '@jest/globals';
import { percentile } from './percentile.ts';

test('nearest rank, in whatever order the values are', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([1, 50, 99, 100].map((p) => percentile(hundred, p))).toEqual([1, 50, 99, 100]);
});

test('of a single value and of none', () => {
  expect(percentile([7], 50)).toBe(7);
  expect(percentile([], 50)).toBeNaN();
});
