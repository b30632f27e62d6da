import { describe, expect, test } from '@jest/globals';
import {
  afterFailure,
  afterSuccess,
  isBeforeEnabling,
  isRowLong,
  isWindowBad,
  NO_FAILURES,
  probeDelayMs,
  rampAfter,
} from './circuit.policy.ts';
import type { EndedAttempt, FailureRow } from './circuit.policy.ts';

const MINUTE = 60_000;
const RULES = { failuresInRow: 5, probeScheduleMs: [1, 5, 15, 60, 240].map((minutes) => minutes * MINUTE) };

const failed = (startedAt: number, endedAt: number, cause: EndedAttempt['cause'] = 'schedule'): EndedAttempt => ({
  outcome: 'failed',
  cause,
  startedAt,
  endedAt,
});
const rowOf = (...attempts: EndedAttempt[]): FailureRow => attempts.reduce(afterFailure, NO_FAILURES);

describe('failures in a row', () => {
  test('count one by one where each began after the last had ended', () =>
    expect(rowOf(failed(1, 2), failed(3, 4), failed(5, 6))).toEqual({ count: 3, lastEndedAt: 6 }));
  test('count once where they overlap', () => {
    const together = Array.from({ length: 50 }, (_, n) => failed(1, 10 + n));
    expect(rowOf(...together)).toEqual({ count: 1, lastEndedAt: 10 });
  });
  test('do not count where a person asked for the attempt', () =>
    expect(rowOf(failed(1, 2), failed(3, 4, 'person'), failed(5, 6, 'asked_probe'))).toMatchObject({ count: 1 }));
  test('count where the attempt was a probe', () =>
    expect(rowOf(failed(1, 2), failed(3, 4, 'probe'))).toMatchObject({ count: 2 }));
  test('begin anew with a success; what overlapped the last failure still does not count', () => {
    const row = afterSuccess(rowOf(failed(1, 10)));
    expect(row.count).toBe(0);
    expect(afterFailure(row, failed(9, 12)).count).toBe(0);
    expect(afterFailure(row, failed(11, 12)).count).toBe(1);
  });
});

describe('a circuit opens', () => {
  test.each([
    [4, false],
    [5, true],
    [9, true],
  ])('at the fifth failure in a row: %d', (count, opens) =>
    expect(isRowLong({ count, lastEndedAt: 1 }, RULES)).toBe(opens),
  );
  test.each([
    [4, 0, false],
    [5, 0, true],
    [5, 5, true],
    [5, 6, false],
    [50, 60, false],
  ])('by its window: %d failures, %d successes', (failures, successes, opens) =>
    expect(isWindowBad({ failures, successes })).toBe(opens),
  );
});

test('probes go out on the schedule, whose last step repeats', () =>
  expect([1, 2, 3, 4, 5, 6, 99].map((openings) => probeDelayMs(RULES, openings) / MINUTE)).toEqual([
    1, 5, 15, 60, 240, 240, 240,
  ]));

test('from the fifth failure in a row to the tenth it takes more than five hours', () => {
  const probes = [1, 2, 3, 4, 5].map((openings) => probeDelayMs(RULES, openings));
  expect(probes.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(5 * 60 * MINUTE);
});

describe('after the circuit has closed', () => {
  test('as many go out at once as doubles with each success, up to what the webhook may have', () => {
    const ramp: (number | null)[] = [1];
    while (ramp.at(-1) !== null) ramp.push(rampAfter(ramp.at(-1)!, 'succeeded', 8));
    expect(ramp).toEqual([1, 2, 4, null]);
  });
  test('a failure lets one go at a time again', () => expect(rampAfter(4, 'failed', 8)).toBe(1));
});

test.each([
  ['began with the same enabling, by a clock that is behind', { activeSince: 5_000, lastEndedAt: 1_000 }, false],
  ['began with an earlier enabling, by a clock that is ahead', { activeSince: 4_000, lastEndedAt: 9_000 }, true],
  ['does not tell, and failed before the enabling', { activeSince: null, lastEndedAt: 4_999 }, true],
  ['does not tell, and failed after the enabling', { activeSince: null, lastEndedAt: 5_000 }, false],
])('a circuit that %s begins anew or goes on', (_name, { activeSince, lastEndedAt }, expected) =>
  expect(isBeforeEnabling(5_000, { activeSince, failures: { count: 1, lastEndedAt }, open: null })).toBe(expected),
);
