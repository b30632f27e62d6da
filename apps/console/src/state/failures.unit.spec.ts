import { expect, test } from '@jest/globals';
import type { Webhook } from '../api/model.ts';
import { bucketsOf } from './buckets.ts';
import { quantile, successRate } from './failures.ts';
import { healthOf } from './health.ts';
import type { KnownCircuit, WebhookHealth } from './health.ts';

const OPEN = { state: 'open', webhookId: 'w', tenantId: 't', openings: 1, openedAt: null, nextProbeAt: null } as const;
const HALF_OPEN = { ...OPEN, state: 'half_open' } as const;
const webhook = (consecutiveFailures: number, disabledReason: Webhook['disabledReason'] = null) => ({
  isActive: disabledReason === null,
  consecutiveFailures,
  disabledReason,
});

test.each<[ReturnType<typeof webhook>, KnownCircuit, WebhookHealth]>([
  [webhook(0), 'closed', 'active'],
  [webhook(0), 'loading', 'active'],
  [webhook(0), 'unknown', 'unknown'],
  [webhook(2), 'closed', 'failing'],
  [webhook(2), 'unknown', 'failing'],
  [webhook(2), { ...OPEN, state: 'closed' }, 'failing'],
  [webhook(2), HALF_OPEN, 'held_back'],
  [webhook(2), OPEN, 'held_back'],
  [webhook(10, 'failing'), OPEN, 'disabled_automatically'],
  [webhook(1, 'gone'), 'unknown', 'disabled_automatically'],
  [webhook(0, 'manual'), 'closed', 'disabled'],
])('%j with the circuit %j is %s', (judged, circuit, expected) => {
  expect(healthOf(judged, circuit)).toBe(expected);
  expect(healthOf(judged, circuit, 'suspended')).toBe('suspended');
});

const of = (
  status: 'PENDING' | 'RETRYING' | 'SUCCESS' | 'FAILED',
  isTest = false,
  createdAt = '2026-11-26T12:00:00Z',
) => ({
  status,
  isTest,
  createdAt,
});

test('a delivery that waits has not arrived; tests do not count; the rate says since when', () => {
  const deliveries = [of('SUCCESS'), of('SUCCESS', false, '2026-11-26T11:00:00Z'), of('FAILED'), of('RETRYING')];
  expect(successRate([...deliveries, of('FAILED', true, '2026-11-01T00:00:00Z')])).toEqual({
    delivered: 2,
    failed: 1,
    waiting: 1,
    share: 0.5,
    since: '2026-11-26T11:00:00Z',
  });
  expect(successRate([])).toEqual({ delivered: 0, failed: 0, waiting: 0, share: null, since: null });
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
