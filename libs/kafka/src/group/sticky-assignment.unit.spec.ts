import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignSticky } from './sticky-assignment.ts';
import type { Assignment } from './sticky-assignment.ts';

const six = { requests: [0, 1, 2, 3, 4, 5] };
const assigned = (topics: Assignment, had: Record<string, Assignment>): Record<string, Assignment> =>
  Object.fromEntries(assignSticky(topics, new Map(Object.entries(had))));

test('one member has all partitions; of two, each has half, and the first keeps partitions that it had before', () => {
  const alone = assigned(six, { a: {} });
  expect(alone).toEqual({ a: six });
  expect(assigned(six, { ...alone, b: {} })).toEqual({ a: { requests: [0, 1, 2] }, b: { requests: [3, 4, 5] } });
});

test('a third member takes from both; when one leaves, only its partitions move', () => {
  const two = { a: { requests: [0, 1, 2] }, b: { requests: [3, 4, 5] } };
  const three = assigned(six, { ...two, c: {} });
  expect(three).toEqual({ a: { requests: [0, 1] }, b: { requests: [3, 4] }, c: { requests: [2, 5] } });
  const { b: _, ...left } = three;
  expect(assigned(six, left)).toEqual({ a: { requests: [0, 1, 3] }, c: { requests: [2, 4, 5] } });
});

test('a member that missed a generation does not get a partition twice', () => {
  const both = { a: { requests: [0, 1, 2] }, b: { requests: [0, 1, 2, 3, 4, 5] } };
  expect(assigned(six, both)).toEqual({ a: { requests: [0, 1, 2] }, b: { requests: [3, 4, 5] } });
});

test('the odd partitions of several topics do not all go to one member', () => {
  const topics = { one: [0], two: [0], three: [0] };
  expect(assigned(topics, { a: {}, b: {}, c: {} })).toEqual({ a: { one: [0] }, b: { three: [0] }, c: { two: [0] } });
});

const memberIds = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 });
const partitionsOf = fc.integer({ min: 0, max: 9 }).map(partitions);

test('whatever members say that they had: each partition has one owner, shares differ by one, and nothing moves without need', () => {
  fc.assert(
    fc.property(
      memberIds,
      fc.record({ one: partitionsOf, two: partitionsOf }),
      fc.array(fc.record({ one: fc.subarray(partitions(12)), two: fc.subarray(partitions(12)) }), { minLength: 5 }),
      (members, topics, claims) => {
        const had = new Map(members.map((member, index) => [member, claims[index] ?? {}]));
        const shared = assignSticky(topics, had);
        for (const [topic, all] of Object.entries(topics)) {
          const shares = members.map((member) => shared.get(member)?.[topic] ?? []);
          expect(shares.flat().toSorted((a, b) => a - b)).toEqual(all);
          const sizes = shares.map(({ length }) => length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
        expect(assignSticky(topics, shared)).toEqual(shared);
      },
    ),
  );
});

function partitions(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
