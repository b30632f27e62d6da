import { beforeEach, expect, test } from '@jest/globals';
import { HeartbeatAge } from './heartbeat-age.ts';

const HOUR = 3_600_000;

let monotonic: number;
let wall: number;
let age: HeartbeatAge;

beforeEach(() => {
  monotonic = 1_000;
  wall = Date.parse('2026-03-01T10:00:00Z');
  age = new HeartbeatAge(
    () => monotonic,
    () => new Date(wall),
  );
});

const pass = (ms: number): void => {
  monotonic += ms;
  wall += ms;
};
/** A heartbeat whose answer takes 20 milliseconds. */
const heartbeat = (): void => {
  const createdAt = wall;
  pass(20);
  age.answered('Heartbeat', 20, createdAt);
  age.acknowledged('Heartbeat');
};

test('before the first heartbeat the age is infinite', () => expect(age.ms()).toBe(Number.POSITIVE_INFINITY));

test('the age counts from the sending of the heartbeat', () => {
  heartbeat();
  pass(500);
  expect(age.ms()).toBe(520);
});

test('the time in which the host was suspended counts', () => {
  heartbeat();
  wall += 30_000;
  expect(age.ms()).toBe(30_020);
});

test('the host may be suspended while the answer is on its way', () => {
  const createdAt = wall;
  wall += 30_000;
  age.answered('Heartbeat', 20, createdAt);
  age.acknowledged('Heartbeat');
  expect(age.ms()).toBe(30_000);
});

test('a wall clock that is set back makes no heartbeat younger', () => {
  heartbeat();
  pass(7_000);
  wall -= HOUR;
  expect(age.ms()).toBe(7_020);
});

test('a wall clock that is set forward counts until the next heartbeat only', () => {
  heartbeat();
  wall += HOUR;
  expect(age.ms()).toBe(HOUR + 20);
  heartbeat();
  expect(age.ms()).toBe(20);
});
