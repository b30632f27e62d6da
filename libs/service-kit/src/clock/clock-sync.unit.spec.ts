import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitFor } from '@signet/testing';
import { ClockSync } from './clock-sync.ts';
import { SteadyClock } from './steady-clock.ts';
import type { Reading } from './steady-time.policy.ts';

const HOUR = 3_600_000;
const NEVER = 1e9;

let server: number;
let uptime: number;
let asked: number;
let ask: () => Promise<Reading>;
let clock: SteadyClock;
let sync: ClockSync | undefined;

beforeEach(() => {
  [server, uptime, asked] = [0, 0, 0];
  clock = new SteadyClock({ uptime: () => performance.now() + uptime, wall: () => new Date(Date.now() + uptime) });
  ask = () => Promise.resolve(reading());
});
afterEach(() => sync?.stop());

const reading = (): Reading => {
  const now = performance.now();
  return { sentAt: now, receivedAt: now, serverTime: Date.now() + server };
};
const start = (readEveryMs: number): void => {
  const counted = (): Promise<Reading> => {
    asked += 1;
    return ask();
  };
  sync = new ClockSync(clock, counted, { readEveryMs, lookEveryMs: 10 });
  sync.start();
};
/** Whole seconds, since the two clocks are not read at one moment; + 0, since a rounded -0.2 is -0. */
const aheadOfWall = (): number => Math.round((clock.now().getTime() - Date.now()) / 1_000) + 0;

test('PostgreSQL is asked again and again', async () => {
  start(20);
  await waitFor(() => asked >= 3, { what: 'three readings' });
  server = HOUR;
  await waitFor(() => clock.serverAheadMs > HOUR - 1_000, { what: 'the jump to be heard of' });
  expect(aheadOfWall()).toBe(0);
});

test('while PostgreSQL does not answer the clock goes on, and it is asked again', async () => {
  clock.begin([reading()]);
  ask = () => Promise.reject(new Error('the connection was refused'));
  start(20);
  await waitFor(() => asked >= 3, { what: 'three questions' });
  expect(aheadOfWall()).toBe(0);
  ask = () => Promise.resolve(reading());
  server = -HOUR;
  await waitFor(() => clock.serverAheadMs < -HOUR + 1_000, { what: 'an answer' });
});

test('a question that hangs is not followed by a second one, and time goes on', async () => {
  clock.begin([reading()]);
  let release: (reading: Reading) => void = () => undefined;
  ask = () => new Promise((resolve) => (release = resolve));
  start(10);
  await waitFor(() => asked === 1, { what: 'the question' });
  const before = clock.now().getTime();
  await waitFor(() => clock.now().getTime() > before + 200, { what: 'time to pass' });
  expect(asked).toBe(1);
  release(reading());
  await waitFor(() => asked === 2, { what: 'the next question' });
  release(reading());
});

test('a machine that wakes up steps over its sleep, and asks at once', async () => {
  clock.begin([reading()]);
  start(NEVER);
  uptime = HOUR;
  server = HOUR;
  await waitFor(() => asked === 1, { what: 'the question' });
  expect(aheadOfWall()).toBe(HOUR / 1_000);
  expect(Math.abs(clock.serverAheadMs)).toBeLessThan(1_000);
});
