import { expect, test } from '@jest/globals';
import { isStoring, outcomeOf, storedUntil, whyNone } from './replay-outcome.ts';

const deliveries = (['SUCCESS', 'FAILED', 'RETRYING', 'PENDING', 'SUCCESS'] as const).map((status) => ({ status }));

test('a delivery that is requested and not stored yet waits', () => {
  expect(outcomeOf({ requested: 9 }, deliveries, true)).toEqual({ delivered: 2, failed: 1, waiting: 6 });
});

test('a delivery that is not stored any more, or was not read, does not wait', () => {
  expect(outcomeOf({ requested: 9_000 }, deliveries, false)).toEqual({ delivered: 2, failed: 1, waiting: 2 });
});

test('a delivery that was stored before the count of the requests is no negative number', () => {
  expect(outcomeOf({ requested: 2 }, deliveries, true)).toEqual({ delivered: 2, failed: 1, waiting: 2 });
});

test('deliveries are to come while a replay runs, and shortly after its end', () => {
  const at = (time: string) => new Date(`2026-11-25T${time}Z`);
  const completedAt = '2026-11-25T10:00:00Z';
  expect(isStoring({ completedAt: null }, at('23:00:00'))).toBe(true);
  expect(isStoring({ completedAt }, at('10:01:00'))).toBe(true);
  expect(isStoring({ completedAt }, at('10:03:00'))).toBe(false);
});

test('the deliveries of a replay end shortly after it, or where the next replay of its webhook began', () => {
  const at = (createdAt: string, completedAt: string | null = null) => ({ createdAt, completedAt });
  const replays = [at('2026-11-25T00:00:00Z'), at('2026-11-24T00:00:00Z'), at('2026-11-23T00:00:00Z')];
  expect(storedUntil(at('2026-11-25T00:00:00Z'), replays)).toBeUndefined();
  expect(storedUntil(at('2026-11-23T00:00:00Z'), replays)).toBe('2026-11-24T00:00:00.000Z');
  expect(storedUntil(at('2026-11-23T00:00:00Z', '2026-11-23T00:05:00Z'), replays)).toBe('2026-11-23T00:07:00.000Z');
  expect(storedUntil(at('2026-11-23T00:00:00Z', '2026-11-23T23:59:30Z'), replays)).toBe('2026-11-24T00:00:00.000Z');
});

test.each([
  [/found no message/, { state: 'completed', requested: 0 }, { areAll: true, areToCome: false }],
  [/were read/, { state: 'completed', requested: 0 }, { areAll: false, areToCome: false }],
  [/in a moment/, { state: 'completed', requested: 3 }, { areAll: true, areToCome: true }],
  [/deleted/, { state: 'completed', requested: 3 }, { areAll: true, areToCome: false }],
  [/before its first/, { state: 'cancelled', requested: 0 }, { areAll: true, areToCome: false }],
  [/beginning/, { state: 'running', requested: 3 }, { areAll: true, areToCome: true }],
] as const)('a replay found no message only if it has requested none: %s', (why, replay, read) => {
  expect(whyNone(replay, read)).toMatch(why);
});
