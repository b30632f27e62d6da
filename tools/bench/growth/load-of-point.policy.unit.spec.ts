import { expect, test } from '@jest/globals';
import { loadOf } from './load-of-point.policy.ts';

const size = { webhooks: 1, bytes: 500, quick: false, deliveries: undefined };

test('as many deliveries at each point, however many webhooks get a message', () => {
  expect(loadOf(size)).toEqual({ messages: 20_000, batch: 500, width: 2 });
  expect(loadOf({ ...size, webhooks: 100 }).messages).toBe(200);
  expect(loadOf({ ...size, quick: true }).messages).toBe(2_000);
  expect(loadOf({ ...size, deliveries: 300 }).messages).toBe(300);
});

test('large messages are fewer, and a batch is no larger than Kafka takes', () => {
  expect(loadOf({ ...size, bytes: 256_000 })).toEqual({ messages: 781, batch: 1, width: 2 });
  expect(loadOf({ ...size, bytes: 8_000 }).batch).toBe(62);
});

test('never so few that a rate says nothing', () => {
  expect(loadOf({ ...size, webhooks: 10_000 }).messages).toBe(20);
});
