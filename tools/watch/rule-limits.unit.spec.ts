import { expect, test } from '@jest/globals';
import { OBJECTIVE_SECONDS } from '../../apps/delivery/src/metrics/lateness.policy.ts';
import { limitIn, limitOf, limitsOf, objectiveSeconds } from './rule-limits.ts';

test.each([
  ['max(signet_delivery_overdue_seconds) > 60', 60],
  ['signet:webhook_consecutive_failures:max >= 3', 3],
  ['nodejs_eventloop_lag_p99_seconds{job=~"signet-.+"} > 0.5', 0.5],
  ['max(signet_platform_fault) == 1', 1],
  ['sum by (job) (increase(signet_kafka_offsets_lost_total[1h])) > 0', 1],
  ['sum(open) > 20 and sum(open) > 0.05 * max(webhooks)', 20],
])('%s holds from %d on', (expr, limit) => {
  expect(limitIn(expr)).toBe(limit);
});

test('a burn rate is a product', () => {
  expect(limitIn('late:ratio_rate1h > 14.4 * 0.001 and late:ratio_rate5m > 14.4 * 0.001')).toBeCloseTo(0.0144);
});

test('an expression without a limit is an error, and so is an alert that there is not', () => {
  expect(() => limitIn('vector(1)')).toThrow('no limit');
  expect(() => limitOf('SignetNothing')).toThrow('no alert SignetNothing');
});

test('the limits are those of the rule files', () => {
  expect(limitsOf('SignetWebhookFailing')).toEqual([3, 5, 10]);
  expect(limitsOf('SignetFirstAttemptsLate')).toHaveLength(4);
});

test('the objective of the rules is the one by which delivery says whose fault a late attempt is', () => {
  expect(objectiveSeconds()).toBe(OBJECTIVE_SECONDS);
});
