import { describe, expect, test } from '@jest/globals';
import {
  afterReading,
  afterSuspension,
  aheadAt,
  begunAt,
  jumpBetween,
  outsideTimeAt,
  suspendedMs,
  timeAt,
} from './steady-time.policy.ts';
import type { SteadyTime } from './steady-time.policy.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOON = Date.parse('2026-03-01T12:00:00Z');

/** Noon at the monotonic moment 0. */
const noon: SteadyTime = { monotonic: 0, time: NOON, aheadMs: 0 };
const reading = (receivedAt: number, serverTime: number, tookMs = 0) => ({
  sentAt: receivedAt - tookMs,
  receivedAt,
  serverTime,
});

describe('the beginning', () => {
  test('the clock begins with the middle of the quickest answer', () => {
    const slow = reading(500, NOON + 300, 400);
    const quick = reading(700, NOON + 690, 20);
    const begun = begunAt([slow, quick]);
    expect(timeAt(begun, 700)).toBe(NOON + 700);
    expect(aheadAt(begun, 700)).toBe(0);
  });

  test('without an answer there is none', () => expect(() => begunAt([])).toThrow('reading'));
});

describe('PostgreSQL answers', () => {
  test('a difference that the time on the way can explain corrects nothing', () => {
    const heard = afterReading(noon, reading(10 * SECOND, NOON + 9_700, 400));
    expect(heard.aheadMs).toBe(0);
    expect(timeAt(heard, 20 * SECOND)).toBe(NOON + 20 * SECOND);
  });

  test('a drift is made up for by 10 ms a second, forward', () => {
    const heard = afterReading(noon, reading(10 * SECOND, NOON + 10 * SECOND + 50));
    expect(timeAt(heard, 10 * SECOND)).toBe(NOON + 10 * SECOND);
    expect(timeAt(heard, 12 * SECOND)).toBe(NOON + 12 * SECOND + 20);
    expect(timeAt(heard, 15 * SECOND)).toBe(NOON + 15 * SECOND + 50);
    expect(timeAt(heard, 60 * SECOND)).toBe(NOON + 60 * SECOND + 50);
  });

  test('and backward, without ever going back', () => {
    const heard = afterReading(noon, reading(10 * SECOND, NOON + 9 * SECOND));
    let last = timeAt(noon, 10 * SECOND);
    for (let at = 10 * SECOND; at < 200 * SECOND; at += 7) {
      expect(timeAt(heard, at)).toBeGreaterThanOrEqual(last);
      last = timeAt(heard, at);
    }
    expect(timeAt(heard, 200 * SECOND)).toBe(NOON + 199 * SECOND);
  });

  test('only the part that a slow answer cannot explain is corrected', () =>
    expect(afterReading(noon, reading(10 * SECOND, NOON + 9 * SECOND, 400)).aheadMs).toBe(-600));
});

describe.each([
  ['ahead', HOUR],
  ['back', -HOUR],
])("PostgreSQL's clock jumps an hour %s", (_, jump) => {
  const jumped = afterReading(noon, reading(10 * SECOND, NOON + 10 * SECOND + jump));

  test('the time changes its pace by a hundredth, and by no step', () => {
    expect(timeAt(jumped, 10 * SECOND)).toBe(NOON + 10 * SECOND);
    expect(timeAt(jumped, 70 * SECOND) - timeAt(jumped, 10 * SECOND)).toBe(MINUTE + Math.sign(jump) * 600);
  });

  test('the new time is reached after 100 hours', () => {
    expect(aheadAt(jumped, 10 * SECOND + 99 * HOUR)).not.toBe(0);
    expect(timeAt(jumped, 10 * SECOND + 100 * HOUR)).toBe(NOON + 10 * SECOND + 100 * HOUR + jump);
  });

  test('the jump is reported once', () => {
    expect(jumpBetween(noon, jumped)).toBe(jump);
    const later = afterReading(jumped, reading(20 * SECOND, NOON + 20 * SECOND + jump));
    expect(jumpBetween(jumped, later)).toBe(0);
  });

  test('its return is reported, too, and stops the correction', () => {
    const returned = afterReading(jumped, reading(20 * SECOND, NOON + 20 * SECOND));
    expect(jumpBetween(jumped, returned)).toBeCloseTo(-jump);
    expect(Math.abs(returned.aheadMs)).toBe(100);
  });
});

test('a difference of less than a minute is no jump', () =>
  expect(jumpBetween(noon, afterReading(noon, reading(10 * SECOND, NOON + 10 * SECOND + 59 * SECOND)))).toBe(0));

test('while PostgreSQL is away the time goes on, and what it was behind is made up for', () => {
  const heard = afterReading(noon, reading(10 * SECOND, NOON + 11 * SECOND));
  expect(timeAt(heard, 10 * SECOND + HOUR)).toBe(NOON + 11 * SECOND + HOUR);
});

describe('the machine was suspended', () => {
  const slept = (uptimeMs: number, wallMs: number): number =>
    suspendedMs({ monotonicMs: SECOND, uptimeMs: SECOND + uptimeMs, wallMs: SECOND + wallMs });

  test('its uptime and its wall clock went on, and its monotonic clock did not', () =>
    expect(slept(HOUR, HOUR)).toBe(HOUR));

  test.each([
    ['the uptime steps alone', HOUR, 0, 0],
    ['the wall clock steps alone', 0, HOUR, 0],
    ['the wall clock is set back', HOUR, -HOUR, 0],
    ['both step, the wall clock by less', HOUR, MINUTE, MINUTE],
    ['both step, the uptime by less', MINUTE, HOUR, MINUTE],
  ])('%s', (_, uptimeMs, wallMs, expected) => expect(slept(uptimeMs, wallMs)).toBe(expected));

  test.each([0, 1_000, 1_990, -1_990])('uptime counts whole seconds on some systems: %p ms are none', (missing) =>
    expect(slept(missing, HOUR)).toBe(0),
  );

  test('the time steps over it, and what was to be made up for stays', () => {
    const behind = afterReading(noon, reading(0, NOON + SECOND));
    const woken = afterSuspension(behind, 10 * SECOND, HOUR);
    expect(timeAt(woken, 10 * SECOND)).toBe(NOON + 10 * SECOND + 100 + HOUR);
    expect(aheadAt(woken, 10 * SECOND)).toBe(900);
    expect(jumpBetween(woken, afterReading(woken, reading(11 * SECOND, NOON + HOUR + 12 * SECOND)))).toBe(0);
  });
});

describe('the time for people outside', () => {
  const at = 10 * SECOND;
  const right = NOON + at;
  /** By how much PostgreSQL's clock, and the wall clock, differ from the steady time. */
  const outside = (server: number, wall: number): number =>
    outsideTimeAt(afterReading(noon, reading(at, right + server)), at, right + wall) - right;

  test.each([
    ['all three agree', 0, 0, 0],
    ['the wall clock jumps ahead', 0, HOUR, 0],
    ['the wall clock jumps back', 0, -HOUR, 0],
    ["PostgreSQL's clock jumps, and the wall clock does not", HOUR, 0, 0],
    ['a wrong PostgreSQL was put right: the wall clock was right before', HOUR, HOUR, HOUR],
    ['a virtual machine was paused, and the steady time is behind', 10 * MINUTE, 10 * MINUTE, 10 * MINUTE],
    ['all three differ: the one in the middle', HOUR, 20 * MINUTE, 20 * MINUTE],
    ['all three differ, the steady time is in the middle', HOUR, -20 * MINUTE, 0],
  ])('%s', (_, server, wall, expected) => expect(outside(server, wall)).toBe(expected));
});
