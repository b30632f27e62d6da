import { expect, test } from '@jest/globals';
import { refillSize } from './refill-size.ts';

const speed = (attemptMs: number, perSecond: number | null = null) => ({ slots: 8, attemptMs, perSecond });

test('a webhook has as much of its backlog in memory as it sends while the next is read', () => {
  expect([0, 1_000, 40, 10, 1].map((attemptMs) => refillSize(speed(attemptMs)))).toEqual([16, 16, 40, 160, 500]);
  expect(refillSize(speed(1, 100))).toBe(20);
});
