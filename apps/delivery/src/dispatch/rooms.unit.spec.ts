import { expect, test } from '@jest/globals';
import { roomForFresh, roomForStored } from './rooms.ts';

const speed = (attemptMs: number, perSecond: number | null = null) => ({ slots: 8, attemptMs, perSecond });

test('a webhook has as much of its backlog in memory as it sends while the next is read', () => {
  expect([0, 1_000, 40, 10, 1].map((attemptMs) => roomForStored(speed(attemptMs)))).toEqual([16, 16, 40, 160, 500]);
  expect(roomForStored(speed(1, 100))).toBe(20);
});

test('as much as is tried within half a second waits fresh in memory behind a backlog', () => {
  expect([0, 15_000, 500, 10, 1].map((attemptMs) => roomForFresh(speed(attemptMs)))).toEqual([8, 8, 8, 400, 4_000]);
  expect(roomForFresh(speed(1, 100))).toBe(50);
});
