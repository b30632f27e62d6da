import { expect, test } from '@jest/globals';
import { clockChecked } from './clock.policy.ts';

test.each([
  ['the same clock', 1_000, 1_005, 1_010, 'ok'],
  ['a slow answer, which tells little', 0, 4_900, 5_000, 'ok'],
  ['two seconds ahead', 1_000, 3_005, 1_010, 'warning'],
  ['two seconds behind', 3_000, 1_005, 3_010, 'warning'],
  ['a minute behind', 60_000, 0, 60_010, 'fault'],
] as const)('%s', (_what, before, theirs, after, result) => {
  expect(clockChecked(before, theirs, after)).toMatchObject({ check: 'clock', result });
});

test('the sentence says which clock is ahead, and how sure that is', () => {
  expect(clockChecked(1_000, 3_005, 1_010).told).toBe(
    'The clock of PostgreSQL is 2000 ms ahead of ours, give or take 5 ms. Set both by NTP.',
  );
});
