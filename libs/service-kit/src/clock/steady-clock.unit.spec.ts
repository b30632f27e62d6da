import { beforeEach, expect, test } from '@jest/globals';
import { SteadyClock } from './steady-clock.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const NOON = Date.parse('2026-03-01T12:00:00Z');

let monotonic: number;
let uptime: number;
let wall: number;
let server: number;
let jumps: number[];
let suspensions: number[];
let clock: SteadyClock;

beforeEach(() => {
  [monotonic, uptime, wall, server] = [5_000, 90_000, NOON, NOON];
  [jumps, suspensions] = [[], []];
  clock = new SteadyClock({
    monotonic: () => monotonic,
    uptime: () => uptime,
    wall: () => new Date(wall),
    onJump: (ms) => void jumps.push(ms),
    onSuspension: (ms) => void suspensions.push(ms),
  });
});

const pass = (ms: number): void => {
  monotonic += ms;
  uptime += ms;
  wall += ms;
  server += ms;
};
/** The machine sleeps: the uptime, its wall clock and PostgreSQL's clock go on, and its monotonic clock does not. */
const sleep = (ms: number): void => {
  uptime += ms;
  wall += ms;
  server += ms;
};
const hear = (): void => clock.heard({ sentAt: monotonic, receivedAt: monotonic, serverTime: server });
const now = (): number => clock.now().getTime();
const outside = (): number => clock.outside().getTime();

test('until PostgreSQL has answered it starts from the wall clock, and does not follow its jumps', () => {
  wall += HOUR;
  pass(SECOND);
  expect(now()).toBe(NOON + SECOND);
});

test('the first answer counts at once, however wrong the wall clock is', () => {
  server = NOON - HOUR;
  hear();
  expect([now(), outside()]).toEqual([NOON - HOUR, NOON - HOUR]);
  expect(clock.wallAheadMs).toBe(HOUR);
  expect(jumps).toEqual([]);
});

test.each([HOUR, -HOUR])('a wall clock that jumps by %p ms changes nothing, and is shown', (jump) => {
  hear();
  wall += jump;
  pass(10 * SECOND);
  hear();
  pass(SECOND);
  expect([now(), outside()]).toEqual([NOON + 11 * SECOND, NOON + 11 * SECOND]);
  expect([clock.wallAheadMs, clock.serverAheadMs]).toEqual([jump, 0]);
  expect(jumps).toEqual([]);
});

test("a jump of PostgreSQL's clock is reported, and followed slowly; signatures keep the time of the other two clocks", () => {
  hear();
  pass(10 * SECOND);
  server += HOUR;
  hear();
  expect(jumps).toEqual([HOUR]);
  pass(60 * SECOND);
  hear();
  expect(jumps).toEqual([HOUR]);
  expect(now()).toBe(NOON + 70 * SECOND + 600);
  expect(outside()).toBe(NOON + 70 * SECOND + 600);
  expect(clock.serverAheadMs).toBe(HOUR - 600);
});

test('a suspension is stepped over when look is called, without an answer from PostgreSQL', () => {
  hear();
  sleep(HOUR);
  pass(SECOND);
  expect(clock.look()).toBe(true);
  expect(suspensions).toEqual([HOUR]);
  expect(now()).toBe(NOON + HOUR + SECOND);
  expect(clock.look()).toBe(false);
  hear();
  expect(jumps).toEqual([]);
});

test('an uptime that jumps is none, unless the wall clock says so, too', () => {
  hear();
  uptime += HOUR;
  pass(SECOND);
  expect(clock.look()).toBe(false);
  expect(now()).toBe(NOON + SECOND);
  uptime += HOUR;
  wall += 10 * SECOND;
  pass(SECOND);
  expect(clock.look()).toBe(true);
  expect(suspensions).toEqual([10 * SECOND]);
  expect(now()).toBe(NOON + 12 * SECOND);
});

test('a wall clock that jumps is no suspension', () => {
  hear();
  wall += HOUR;
  pass(SECOND);
  expect(clock.look()).toBe(false);
  expect(now()).toBe(NOON + SECOND);
});

test('while PostgreSQL is away it goes on', () => {
  hear();
  pass(5 * HOUR);
  expect(now()).toBe(NOON + 5 * HOUR);
});

test('two replicas with different clocks agree, whatever their wall clocks say', () => {
  const other = new SteadyClock({
    monotonic: () => monotonic + 777,
    uptime: () => uptime,
    wall: () => new Date(wall - HOUR),
  });
  hear();
  other.heard({ sentAt: monotonic + 777, receivedAt: monotonic + 777, serverTime: server });
  pass(30 * SECOND);
  expect(other.now()).toEqual(clock.now());
});
