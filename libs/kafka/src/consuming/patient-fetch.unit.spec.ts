import { expect, test } from '@jest/globals';
import type { Broker, Fetch } from './fetch-in-sessions.ts';
import type { SessionResponse } from './fetch-session.ts';
import { endFetches, patiently } from './patient-fetch.ts';

const nothing: SessionResponse = { errorCode: 0, sessionId: 7, responses: [] };
const records: SessionResponse = { ...nothing, responses: [{ topicName: 'sale' }] };
const partitions = (count: number) => [
  {
    topic: 'sale',
    partitions: Array.from({ length: count }, (_, partition) => ({ partition, fetchOffset: '0', maxBytes: 1 })),
  },
];

function brokerOf(rootLogger: object) {
  const destroyed: number[] = [];
  const pool = [0, 1].map((index) => ({ socket: { destroy: () => destroyed.push(index) } }));
  const broker: Broker = {
    versions: null,
    lookupRequest: () => (request) => request,
    rootLogger,
    connectionPool: { pool },
  };
  return { broker, destroyed };
}

/** Fetches that are answered with this, and how long each of them lets the broker wait, milliseconds. */
function fetches(answer: () => Promise<SessionResponse>, maxWaitTime = 100) {
  const waits: number[] = [];
  const fetch: Fetch = (request) => {
    waits.push(request.maxWaitTime);
    return answer();
  };
  const { broker } = brokerOf({});
  const patient = patiently(fetch);
  const ask = (count = 2): Promise<SessionResponse> => patient.call(broker, { maxWaitTime, topics: partitions(count) });
  return { waits, ask };
}

test('a consumer that has got nothing for three seconds waits longer, until there is a record', async () => {
  let answer = nothing;
  const { ask, waits } = fetches(() => Promise.resolve(answer));
  for (let turn = 0; turn < 32; turn += 1) await ask();
  expect(new Set(waits.slice(0, 30))).toEqual(new Set([100]));
  expect(waits.slice(30)).toEqual([1_000, 1_000]);
  answer = records;
  expect(await ask()).toBe(records);
  await ask();
  expect(waits.slice(-2)).toEqual([1_000, 100]);
});

test.each([
  ['half a second', 500, 2_500],
  ['five seconds', 5_000, 5_000],
])('a consumer that waits %s by itself still sends its heartbeats in time', async (_time, own, patient) => {
  const { ask, waits } = fetches(() => Promise.resolve(nothing), own);
  for (let turn = 0; turn < 10; turn += 1) await ask();
  expect(waits.at(-1)).toBe(patient);
});

test('a consumer that asks for another partition is not patient', async () => {
  const { ask, waits } = fetches(() => Promise.resolve(nothing));
  for (let turn = 0; turn < 31; turn += 1) await ask();
  await ask(1);
  expect(waits.slice(-2)).toEqual([1_000, 100]);
});

test('the end of a consumer ends its waiting fetch, with the connection that waits, and no other consumer’s', async () => {
  const clients = [{}, {}];
  const brokers = clients.map((logger) => brokerOf(logger));
  const patient = patiently(() => new Promise(() => undefined));
  const [first, second] = brokers.map(({ broker }) =>
    patient.call(broker, { maxWaitTime: 100, topics: partitions(1) }),
  );
  endFetches(clients[0]!);
  expect(await first).toEqual({ errorCode: 0, sessionId: 0, responses: [] });
  expect(brokers.map(({ destroyed }) => destroyed)).toEqual([[1], []]);
  const waiting = Symbol('waiting');
  expect(await Promise.race([second, Promise.resolve(waiting)])).toBe(waiting);
});

test('an error of the fetch is the error of the consumer', async () => {
  const { ask } = fetches(() => Promise.reject(new Error('connection lost')));
  await expect(ask()).rejects.toThrow('connection lost');
});
