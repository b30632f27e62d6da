import { expect, test } from '@jest/globals';
import { nowMicros } from '../clock.ts';
import { atRate } from './pacer.ts';

test('ticks are due at an even pace, though the program that is called stalls', async () => {
  const due: number[] = [];
  const lateness: number[] = [];
  await atRate(200, 0.5, (dueAt) => {
    due.push(dueAt);
    lateness.push(nowMicros() - dueAt);
    // A stall of 100 ms: twenty ticks fall due meanwhile.
    if (due.length === 20) for (const until = nowMicros() + 100_000; nowMicros() < until;);
  });
  expect(due).toHaveLength(100);
  expect(due.slice(1).every((dueAt, index) => Math.abs(dueAt - (due[index] ?? 0) - 5_000) < 1)).toBe(true);
  // No tick comes early, and those that waited say for how long.
  expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
  expect(lateness[20]).toBeGreaterThan(90_000);
});

test('a pace without an end goes on until it is stopped', async () => {
  const ending = new AbortController();
  let ticks = 0;
  await atRate(100, Infinity, () => (++ticks === 5 ? ending.abort() : undefined), ending.signal);
  expect(ticks).toBeGreaterThanOrEqual(5);
});
