import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { keepMonotonic, keepMonotonicTimes } from './monotonic-times.ts';

const HOUR_MS = 3_600_000;
const require = createRequire(import.meta.url);

class Holder {
  declare at: number | null;
}
keepMonotonic(Holder.prototype, 'at');

let wall: jest.SpiedFunction<typeof Date.now>;
let aheadMs = 0;
const real = Date.now.bind(Date);
beforeEach(() => {
  aheadMs = 0;
  wall = jest.spyOn(Date, 'now').mockImplementation(() => real() + aheadMs);
});
afterEach(() => wall.mockRestore());

test.each([HOUR_MS, -HOUR_MS])('a wall clock that is set by %d ms changes no duration', (jumpMs) => {
  const holder = new Holder();
  holder.at = Date.now();
  aheadMs = jumpMs;
  expect(Math.abs(Date.now() - holder.at)).toBeLessThan(1_000);
});

test('values that mean "never" stay as they are', () => {
  const holder = new Holder();
  holder.at = null;
  expect(holder.at).toBeNull();
  holder.at = -1;
  expect(holder.at).toBe(-1);
});

test('kafkajs times a request by the monotonic clock', () => {
  keepMonotonicTimes();
  const SocketRequest = require('kafkajs/src/network/requestQueue/socketRequest') as new (options: object) => {
    duration: number;
    send(): void;
    completed(response: object): void;
  };
  const request = new SocketRequest({
    entry: { correlationId: 1, apiName: 'Heartbeat', resolve: () => undefined },
    send: () => undefined,
  });
  request.send();
  aheadMs = HOUR_MS;
  request.completed({ size: 0, payload: {} });
  expect(request.duration).toBeLessThan(1_000);
});

test('kafkajs sends the next heartbeat in time although the wall clock was set back', async () => {
  keepMonotonicTimes();
  const ConsumerGroup = require('kafkajs/src/consumer/consumerGroup') as new (options: object) => {
    memberId: string;
    coordinator: object;
    heartbeat(options: { interval: number }): Promise<void>;
  };
  const group = new ConsumerGroup({
    retry: {},
    cluster: {},
    groupId: 'group',
    topics: [],
    logger: { namespace: () => undefined },
    instrumentationEmitter: { emit: () => undefined },
  });
  let heartbeats = 0;
  group.memberId = 'member';
  group.coordinator = { heartbeat: async () => void (heartbeats += 1) };
  aheadMs = -HOUR_MS;
  await group.heartbeat({ interval: 0 });
  await group.heartbeat({ interval: 60_000 });
  expect(heartbeats).toBe(1);
});
