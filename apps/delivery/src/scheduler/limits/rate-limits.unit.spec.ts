import { expect, test } from '@jest/globals';
import { RateLimits } from './rate-limits.ts';

const rates = new RateLimits();
let now = Date.parse('2026-01-01T00:00:00Z');

/** Starts as many attempts as it may for so long, looking once a millisecond; when each began, milliseconds. */
function startsOf(webhookId: string, perSecond: number, forMs: number): number[] {
  const starts: number[] = [];
  for (let at = 0; at < forMs; at++) {
    while (rates.waitMs(webhookId, perSecond, 0, now) === 0) {
      rates.started(webhookId, perSecond, now);
      starts.push(at);
    }
    now += 1;
  }
  return starts;
}

const mostIn = (starts: readonly number[], windowMs: number): number =>
  Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + windowMs).length));

test.each([1, 7, 50, 333])('%d a second is reached, and no second sees more', (perSecond) => {
  const starts = startsOf(`w-${perSecond}`, perSecond, 10_000);
  expect(starts).toHaveLength(perSecond * 10);
  expect(mostIn(starts, 1_000)).toBe(perSecond);
});

test('a limit that is no whole number is kept over a longer time', () => {
  expect(startsOf('half', 0.5, 10_000)).toEqual([0, 2_000, 4_000, 6_000, 8_000]);
  expect(startsOf('two and a half', 2.5, 8_000)).toHaveLength(20);
});

test('a limit that is lowered counts what has just been sent', () => {
  startsOf('lowered', 10, 1);
  expect(rates.waitMs('lowered', 2, 0, now)).toBe(999);
  now += 999;
  expect(startsOf('lowered', 2, 1_000)).toHaveLength(2);
});

test('an attempt that a person asked for counts, even if it comes before the taking of the partition is looked at', () => {
  const takenAt = now;
  now += 20;
  rates.started('asked', 1, now);
  now += 990;
  expect(rates.waitMs('asked', 1, takenAt, now)).toBe(10);
});

test('webhooks do not share a limit', () => {
  startsOf('one', 1, 1);
  expect(rates.waitMs('one', 1, 0, now)).toBe(999);
  expect(rates.waitMs('other', 1, 0, now)).toBe(0);
});

test('one wake-up is planned for a webhook at a time', () => {
  rates.waitMs('woken', 1, 0, now);
  expect([rates.planWake('woken'), rates.planWake('woken')]).toEqual([true, false]);
  rates.woken('woken');
  expect(rates.planWake('woken')).toBe(true);
});
