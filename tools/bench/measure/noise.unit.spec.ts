import { expect, test } from '@jest/globals';
import { chanceOfRise } from './noise.ts';
import { percentile } from './percentile.ts';

const median = (values: readonly number[]): number => percentile(values, 50);

test('a rise in every pair comes by chance in only one of all ways to swap the sides', () => {
  const pairs = [1, 2, 3, 4, 5, 6].map((value) => [[value], [value + 100]] as const);
  expect(chanceOfRise(pairs, median)).toBe(1 / 2 ** 6);
});

test('without a difference every way to swap the sides gives as much, and a fall is no rise', () => {
  const same = [1, 2, 3, 4].map(
    (value) =>
      [
        [value, value],
        [value, value],
      ] as const,
  );
  expect(chanceOfRise(same, median)).toBe(1);
  const fall = [1, 2, 3, 4].map((value) => [[value + 100], [value]] as const);
  expect(chanceOfRise(fall, median)).toBe(1);
});

test('pairs that go up and down alike are noise', () => {
  const pairs = [10, -10, 12, -12, 8, -8].map((change) => [[100], [100 + change]] as const);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(chanceOfRise(pairs, mean)).toBeGreaterThan(0.4);
});

test('more pairs than can be permuted are refused', () => {
  expect(() =>
    chanceOfRise(
      Array.from({ length: 17 }, () => [[1], [2]] as const),
      median,
    ),
  ).toThrow(RangeError);
});
