import { expect, test } from '@jest/globals';
import { isStoring, nextBegan, outcomeOf } from './replay-outcome.ts';

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

test('the deliveries of a replay end where the next replay of its webhook began', () => {
  const at = (createdAt: string) => ({ createdAt });
  const replays = [at('2026-11-25T00:00:00Z'), at('2026-11-24T00:00:00Z'), at('2026-11-23T00:00:00Z')];
  expect(nextBegan(at('2026-11-23T00:00:00Z'), replays)).toBe('2026-11-24T00:00:00Z');
  expect(nextBegan(at('2026-11-25T00:00:00Z'), replays)).toBeUndefined();
});
