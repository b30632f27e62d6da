import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { LockLease } from './lock-lease.ts';
import type { Moment } from './moment.ts';

let now: number;
/** How far the wall clock has advanced while the monotonic clock stood still, milliseconds. */
let aheadMs: number;
let proofs: number;
let answers: boolean;
let lost: Error[];
let lease: LockLease;

beforeEach(() => {
  jest.useFakeTimers();
  now = aheadMs = 0;
  proofs = 0;
  answers = true;
  lost = [];
  lease = new LockLease({
    leaseMs: 15_000,
    now: moment,
    onLost: (error) => void lost.push(error),
    prove: async () => {
      proofs += 1;
      if (answers) lease.answered(moment());
    },
  });
  lease.start();
});
afterEach(() => {
  lease.stop();
  jest.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    now += 500;
    await jest.advanceTimersByTimeAsync(500);
  }
}
const moment = (): Moment => ({ monotonic: now, wall: now + aheadMs });
const forEver = (): Promise<never> => new Promise(() => undefined);

test('a holder without statements of its own proves well within its lease that it lives', async () => {
  await pass(60_000);
  expect(proofs).toBeGreaterThanOrEqual(20);
  expect(lost).toEqual([]);
});

test('a session that is used needs no proof', async () => {
  for (let statement = 0; statement < 60; statement += 1) {
    await pass(1_000);
    lease.answered(moment());
  }
  expect(proofs).toBe(0);
});

test('work of the holder ends before PostgreSQL frees the lock', async () => {
  void lease.during(forEver);
  answers = false;
  await pass(10_000);
  expect(lost).toEqual([]);
  await pass(2_500);
  expect(lost.map(String)).toContain('Error: PostgreSQL has not answered for 12500 ms: the lock may be free.');
});

test('after a pause of the process, a check finds the lock lost before the timers run', () => {
  void lease.during(forEver);
  now += 10_001;
  lease.check();
  expect(lost).toHaveLength(1);
});

test('after a suspension of the machine, in which the monotonic clock stood still, a check finds the lock lost', () => {
  void lease.during(forEver);
  aheadMs = 10_001;
  lease.check();
  expect(lost).toHaveLength(1);
});

test('work that begins after a suspension has a fresh proof behind it', async () => {
  aheadMs = 60_000;
  await lease.during(async () => lease.check());
  expect([proofs, lost]).toEqual([1, []]);
});

test('a wall clock that is set back makes no proof young', () => {
  void lease.during(forEver);
  aheadMs = -3_600_000;
  now += 10_001;
  lease.check();
  expect(lost).toHaveLength(1);
});

test('a statement that takes long is no silence, and work begins with a fresh proof behind it', async () => {
  answers = false;
  await pass(14_000);
  expect(lost).toEqual([]);
  lease.answered({ monotonic: 0, wall: 0 });
  answers = true;
  const before = proofs;
  await lease.during(async () => lease.check());
  expect(proofs).toBe(before + 1);
  expect(lost).toEqual([]);
});
