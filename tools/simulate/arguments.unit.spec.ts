import { expect, test } from '@jest/globals';
import { readArguments, UsageError } from './arguments.ts';

test.each([
  ['', { seeds: 5_000, seed: undefined, mutations: false }],
  ['--seeds 20', { seeds: 20, seed: undefined, mutations: false }],
  ['--seed 7', { seeds: 5_000, seed: 7, mutations: false }],
  ['--mutations', { seeds: 500, seed: undefined, mutations: true }],
  ['--mutations --seeds 50', { seeds: 50, seed: undefined, mutations: true }],
])('"%s" is understood', (typed, expected) => {
  expect(readArguments(typed.split(' ').filter(Boolean))).toEqual(expected);
});

test.each([
  '--seeds none',
  '--seed 0',
  '--seeds 1.5',
  '--seed 7 --mutations',
  '--seed 7 --seeds 9',
  '--sed 7',
  'seven',
])('"%s" is refused', (typed) => {
  expect(() => readArguments(typed.split(' '))).toThrow(UsageError);
});
