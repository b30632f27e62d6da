import { expect, test } from '@jest/globals';
import { verdictOn, waitBeforeNext } from './answer.policy.ts';

test.each([
  [202, undefined, 'done'],
  [200, '1', 'done'],
  [503, '1', 'told to come again'],
  [429, '2', 'told to come again'],
  [503, undefined, 'refused'],
  [502, undefined, 'refused'],
  [401, undefined, 'refused'],
  [304, undefined, 'refused'],
  [undefined, undefined, 'broken'],
] as const)('%s with Retry-After %s is %s', (status, retryAfter, verdict) => {
  expect(verdictOn(status, retryAfter)).toBe(verdict);
});

test.each([
  ['3', 3_000],
  ['0', 0],
  [undefined, 1_000],
  ['Mon, 30 Nov 2026 00:00:00 GMT', 1_000],
])('after Retry-After %s a client waits for %s ms', (retryAfter, ms) => {
  expect(waitBeforeNext(retryAfter)).toBe(ms);
});
