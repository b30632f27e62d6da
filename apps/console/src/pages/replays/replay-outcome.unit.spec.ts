import { expect, test } from '@jest/globals';
import { nextBegan, outcomeOf } from './replay-outcome.ts';

const deliveries = (['SUCCESS', 'FAILED', 'RETRYING', 'PENDING', 'SUCCESS'] as const).map((status) => ({ status }));

test('a delivery that is requested and not stored yet waits', () => {
  expect(outcomeOf({ requested: 9 }, deliveries, true)).toEqual({ delivered: 2, failed: 1, waiting: 6 });
});

test('of a part of the deliveries, only what was read is counted', () => {
  expect(outcomeOf({ requested: 9_000 }, deliveries, false)).toEqual({ delivered: 2, failed: 1, waiting: 2 });
});

test('a delivery that was stored before the count of the requests is no negative number', () => {
  expect(outcomeOf({ requested: 2 }, deliveries, true)).toEqual({ delivered: 2, failed: 1, waiting: 2 });
});

test('the deliveries of a replay end where the next replay of its webhook began', () => {
  const at = (createdAt: string) => ({ createdAt });
  const replays = [at('2026-11-25T00:00:00Z'), at('2026-11-24T00:00:00Z'), at('2026-11-23T00:00:00Z')];
  expect(nextBegan(at('2026-11-23T00:00:00Z'), replays)).toBe('2026-11-24T00:00:00Z');
  expect(nextBegan(at('2026-11-25T00:00:00Z'), replays)).toBeUndefined();
});
