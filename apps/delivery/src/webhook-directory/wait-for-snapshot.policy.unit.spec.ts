import { expect, test } from '@jest/globals';
import { waitForSnapshotMs } from './wait-for-snapshot.policy.ts';

const UNKNOWN_MS = 30_000;
const LONG = 3_600_000;

test.each([
  [
    'disabled, and no newer version is known',
    { isUnknown: false, isNewerKnown: false },
    { ageMs: 0, waitedMs: 0 },
    null,
  ],
  ['enabled, as another replica knows', { isUnknown: false, isNewerKnown: true }, { ageMs: LONG, waitedMs: 9 }, 100],
  ['not read in time', { isUnknown: false, isNewerKnown: true }, { ageMs: LONG, waitedMs: 5_000 }, null],
  ['unknown, a new delivery', { isUnknown: true, isNewerKnown: false }, { ageMs: 29_999, waitedMs: 9 }, 1_000],
  ['unknown, a request that is not stored', { isUnknown: true, isNewerKnown: false }, null, 1_000],
  ['unknown, an old delivery', { isUnknown: true, isNewerKnown: false }, { ageMs: 30_000, waitedMs: 9 }, null],
])('a webhook that is %s', (_name, read, delivery, expected) =>
  expect(waitForSnapshotMs(read, delivery, UNKNOWN_MS)).toBe(expected),
);
