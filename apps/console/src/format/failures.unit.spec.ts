import { expect, test } from '@jest/globals';
import { bucketsOf } from './buckets.ts';
import { healthOf, quantile, successRate } from './failures.ts';

test.each([
  [{ isActive: true, consecutiveFailures: 0 }, undefined, 'active'],
  [{ isActive: true, consecutiveFailures: 2 }, undefined, 'failing'],
  [{ isActive: true, consecutiveFailures: 2 }, { state: 'closed' }, 'failing'],
  [{ isActive: true, consecutiveFailures: 2 }, { state: 'half_open' }, 'held_back'],
  [{ isActive: false, consecutiveFailures: 10 }, { state: 'open' }, 'disabled'],
] as const)('%j with the circuit %j is %s', (webhook, circuit, expected) => {
  expect(healthOf(webhook, circuit)).toBe(expected);
});

const of = (status: 'PENDING' | 'RETRYING' | 'SUCCESS' | 'FAILED', isTest = false) => ({ status, isTest });

test('the success rate counts deliveries that have ended, without tests', () => {
  const deliveries = [of('SUCCESS'), of('SUCCESS'), of('FAILED'), of('RETRYING'), of('PENDING'), of('FAILED', true)];
  expect(successRate(deliveries)).toEqual({ succeeded: 2, ended: 3, share: 2 / 3 });
  expect(successRate([of('PENDING')])).toEqual({ succeeded: 0, ended: 0, share: null });
});

test('the median is one of the values', () => {
  expect(quantile([30, 10, 20], 0.5)).toBe(20);
  expect(quantile([], 0.5)).toBeNull();
});

test('deliveries are spread over time; each is in one span', () => {
  const now = new Date('2026-11-26T12:00:00Z');
  const at = (secondsAgo: number) => new Date(now.getTime() - secondsAgo * 1_000).toISOString();
  const buckets = bucketsOf(
    [
      { createdAt: at(100), status: 'FAILED' },
      { createdAt: at(45), status: 'SUCCESS' },
      { createdAt: at(0), status: 'SUCCESS' },
      // A time in the future: the server's clock is ahead.
      { createdAt: at(-2), status: 'PENDING' },
    ],
    now,
    10,
  );
  expect(buckets.map(({ total }) => total)).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 2]);
  expect(buckets[0]?.counts.FAILED).toBe(1);
  expect(bucketsOf([], now, 10)).toEqual([]);
});
