import { describe, expect, test } from '@jest/globals';
import { faultOfDelivery, faultOfStart } from './lateness.policy.ts';

describe('a first attempt', () => {
  test.each([
    ['in time, and no wait was noted', 5, null, 'none'],
    ['late, and no wait was noted', 5.001, null, 'platform'],
    ['late, as its webhook was slow', 60, 'receiver', 'receiver'],
    ['held back by a fault of the platform', 60, 'platform', 'platform'],
    ['held back only for a moment', 0.5, 'receiver', 'receiver'],
  ] as const)('%s', (_, seconds, waited, fault) => {
    expect(faultOfStart(seconds, waited)).toBe(fault);
  });
});

describe('a delivery', () => {
  const success = { startedAfterSeconds: 0.1, attempt: 1, spentBefore: 0, waited: null };
  test.each([
    ['at the first attempt', {}, 'none'],
    ['at a first attempt that was late', { startedAfterSeconds: 6 }, 'platform'],
    ['after a failure of the receiver', { attempt: 2, spentBefore: 1 }, 'receiver'],
    ['after a failure of the platform', { attempt: 2, spentBefore: 0 }, 'platform'],
    ['after failures of both', { attempt: 3, spentBefore: 1, waited: 'platform' }, 'receiver'],
    ['after a failed probe', { attempt: 2, spentBefore: 0, waited: 'receiver' }, 'receiver'],
  ] as const)('%s', (_, fields, fault) => {
    expect(faultOfDelivery({ ...success, ...fields })).toBe(fault);
  });
});
