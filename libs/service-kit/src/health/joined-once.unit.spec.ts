import { beforeEach, expect, test } from '@jest/globals';
import { tolerated } from './health.registry.ts';
import { joinedOnce } from './joined-once.ts';

let now: number;
let isJoined: boolean;
beforeEach(() => {
  now = 5_000;
  isJoined = false;
});
const check = (wasKafkaThere = true) =>
  joinedOnce({ isJoined: () => isJoined, missing: 'not yet', waiting: 'waits', wasKafkaThere, now: () => now });

test('a new replica is ready when it has joined', () => {
  const ask = check();
  expect(ask()).toBe('not yet');
  isJoined = true;
  expect(ask()).toBe(true);
});

test('a new replica that has not joined keeps its API back for half a minute, and no longer', () => {
  const ask = check();
  now += 29_999;
  expect(ask()).toBe('not yet');
  now += 1;
  expect(ask()).toEqual(tolerated('waits'));
});

test('a replica that has joined once, and is out of the group now, stays ready and says what waits', () => {
  const ask = check();
  isJoined = true;
  ask();
  isJoined = false;
  expect(ask()).toEqual(tolerated('waits'));
});

test('a replica that started without Kafka is ready before it joins', () => {
  expect(check(false)()).toEqual(tolerated('waits'));
});
