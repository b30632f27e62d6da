import { expect, test } from '@jest/globals';
import { inSessions } from './fetch-in-sessions.ts';
import type { Broker, Fetch } from './fetch-in-sessions.ts';
import type { SessionResponse } from './fetch-session.ts';

const topics = [{ topic: 'sale', partitions: [{ partition: 0, fetchOffset: '5', maxBytes: 1 }] }];
const sessionId = 77;
const fine: SessionResponse = { errorCode: 0, sessionId, responses: [] };
const forgotten: SessionResponse = { errorCode: 70, sessionId: 0, responses: [] };

/** A broker that gives these answers, one after the other, and remembers which sessions it was asked for. */
function brokerThat(...answers: readonly (SessionResponse | Error | Promise<SessionResponse>)[]) {
  const left = [...answers];
  const asked: unknown[] = [];
  const broker: Broker = {
    rootLogger: {},
    connectionPool: { pool: [] },
    versions: { 1: { maxVersion: 11 } },
    lookupRequest: () => (request) => request,
  };
  const whole: Fetch = async function (this: Broker, request) {
    const { sessionId, sessionEpoch } = this.lookupRequest(1, undefined)(request) as Record<string, unknown>;
    asked.push([sessionId, sessionEpoch, request.topics.length]);
    const answer = await left.shift();
    if (answer instanceof Error) throw answer;
    return answer!;
  };
  const fetch = inSessions(whole);
  return { broker, asked, fetch: () => fetch.call(broker, { maxWaitTime: 100, topics }) };
}

test('a session goes on from fetch to fetch', async () => {
  const { fetch, asked } = brokerThat(fine, fine, fine);
  for (let turn = 0; turn < 3; turn++) expect(await fetch()).toBe(fine);
  expect(asked).toEqual([
    [0, 0, 1],
    [sessionId, 1, 0],
    [sessionId, 2, 0],
  ]);
});

test('a broker that has forgotten the session is asked once more, for all partitions', async () => {
  const { fetch, asked } = brokerThat(fine, forgotten, fine);
  await fetch();
  expect(await fetch()).toBe(fine);
  expect(asked.slice(1)).toEqual([
    [sessionId, 1, 0],
    [sessionId, 0, 1],
  ]);
});

test('if the broker refuses a new session too, the fetch fails and is not repeated', async () => {
  const { fetch, asked } = brokerThat(fine, forgotten, forgotten, fine);
  await fetch();
  await expect(fetch()).rejects.toMatchObject({ type: 'FETCH_SESSION_ID_NOT_FOUND' });
  expect(asked).toHaveLength(3);
  expect(await fetch()).toBe(fine);
});

test('after an error the next fetch begins anew', async () => {
  const { fetch, asked } = brokerThat(fine, new Error('connection lost'), fine);
  await fetch();
  await expect(fetch()).rejects.toThrow('connection lost');
  expect(await fetch()).toBe(fine);
  expect(asked.at(-1)).toEqual([sessionId, 0, 1]);
});

test('a fetch beside another one has no session', async () => {
  let answer: (response: SessionResponse) => void = () => undefined;
  const slow = new Promise<SessionResponse>((resolve) => (answer = resolve));
  const { fetch, asked } = brokerThat(slow, fine, fine);
  const first = fetch();
  expect(await fetch()).toBe(fine);
  answer(fine);
  await first;
  await fetch();
  expect(asked).toEqual([
    [0, 0, 1],
    [undefined, undefined, 1],
    [sessionId, 1, 0],
  ]);
});

test('a broker without sessions is fetched from as before', async () => {
  const { broker, fetch, asked } = brokerThat(fine, fine);
  Object.assign(broker, { versions: { 1: { maxVersion: 6 } } });
  await fetch();
  await fetch();
  expect(asked).toEqual([
    [undefined, undefined, 1],
    [undefined, undefined, 1],
  ]);
});
