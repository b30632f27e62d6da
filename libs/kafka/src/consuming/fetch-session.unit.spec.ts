import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FetchedTopic, SessionRequest } from './fetch-session.ts';
import { FetchSession } from './fetch-session.ts';

const at = (partition: number, fetchOffset: string) => ({ partition, fetchOffset, maxBytes: 1_000 });
const ok = { errorCode: 0, sessionId: 77 };

test('the first request names all partitions, the next ones those that have changed and those that are left out', () => {
  const session = new FetchSession();
  const sale = { topic: 'sale', partitions: [at(0, '5'), at(1, '7')] };
  const stock = { topic: 'stock', partitions: [at(0, '1')] };
  expect(session.next([sale, stock])).toEqual({
    sessionId: 0,
    sessionEpoch: 0,
    topics: [sale, stock],
    forgottenTopics: [],
  });
  expect(session.answered(ok)).toBe(true);

  const moved = { topic: 'sale', partitions: [at(0, '5'), at(1, '8')] };
  expect(session.next([moved, stock])).toEqual({
    sessionId: 77,
    sessionEpoch: 1,
    topics: [{ topic: 'sale', partitions: [at(1, '8')] }],
    forgottenTopics: [],
  });
  session.answered(ok);

  expect(session.next([{ topic: 'sale', partitions: [at(1, '8')] }])).toEqual({
    sessionId: 77,
    sessionEpoch: 2,
    topics: [],
    forgottenTopics: [
      { topic: 'sale', partitions: [0] },
      { topic: 'stock', partitions: [0] },
    ],
  });
  session.answered(ok);
  expect(session.next([moved, stock])).toMatchObject({
    topics: [{ topic: 'sale', partitions: [at(0, '5')] }, stock],
    forgottenTopics: [],
  });
});

const all = [{ topic: 'sale', partitions: [at(0, '5')] }];

test.each([
  ['the broker has forgotten it', { errorCode: 70, sessionId: 0 }],
  ['the broker expected another epoch', { errorCode: 71, sessionId: 77 }],
  ['the answer is of another one', { errorCode: 0, sessionId: 78 }],
])('a session begins anew when %s, and closes the former one', (_what, answer) => {
  const session = new FetchSession();
  session.next(all);
  session.answered(ok);
  session.next(all);
  expect(session.answered(answer)).toBe(false);
  expect(session.next(all)).toEqual({ sessionId: 77, sessionEpoch: 0, topics: all, forgottenTopics: [] });
});

test('a session begins anew after a request that may not have reached the broker', () => {
  const session = new FetchSession();
  session.next(all);
  session.answered(ok);
  session.next([]);
  session.end();
  expect(session.next(all)).toMatchObject({ sessionEpoch: 0, topics: all });
});

test('if the broker keeps no session, every request names all partitions', () => {
  const session = new FetchSession();
  session.next(all);
  expect(session.answered({ errorCode: 0, sessionId: 0 })).toBe(true);
  expect(session.next(all)).toEqual({ sessionId: 0, sessionEpoch: 0, topics: all, forgottenTopics: [] });
});

/** The broker's side, as KIP-227 has it. */
class BrokerSide {
  private readonly partitions = new Map<string, string>();
  private epoch = 0;

  /** The partitions that are fetched now, or undefined if the request is refused. */
  fetch({ sessionEpoch, topics, forgottenTopics }: SessionRequest): Map<string, string> | undefined {
    if (sessionEpoch !== 0 && sessionEpoch !== this.epoch) return undefined;
    if (sessionEpoch === 0) this.partitions.clear();
    for (const { topic, partitions } of topics)
      for (const { partition, fetchOffset } of partitions) this.partitions.set(`${topic}/${partition}`, fetchOffset);
    for (const { topic, partitions } of forgottenTopics)
      for (const partition of partitions) this.partitions.delete(`${topic}/${partition}`);
    this.epoch = sessionEpoch + 1;
    return new Map(this.partitions);
  }
}

test('whatever is asked for, and whatever goes wrong, the broker fetches exactly that', () => {
  const partition = fc.record({ partition: fc.nat(3), fetchOffset: fc.nat(2).map(String), maxBytes: fc.constant(1) });
  const topic = fc.record({
    topic: fc.constantFrom('a', 'b', 'c'),
    partitions: fc.uniqueArray(partition, { selector: (one) => one.partition, maxLength: 4 }),
  });
  const topics = fc.uniqueArray(topic, { selector: (one) => one.topic, maxLength: 3 });
  const step = fc.record({ topics, fate: fc.constantFrom('fine', 'fine', 'fine', 'unsent', 'unheard') });
  const wantedOf = (asked: readonly FetchedTopic[]): Map<string, string> =>
    new Map(
      asked.flatMap((one) =>
        one.partitions.map((each) => [`${one.topic}/${each.partition}`, each.fetchOffset] as const),
      ),
    );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const session = new FetchSession();
      const broker = new BrokerSide();
      for (const { topics, fate } of steps) {
        const request = session.next(topics);
        const fetched = fate === 'unsent' ? undefined : broker.fetch(request);
        if (fate !== 'fine') {
          session.end();
          continue;
        }
        expect(fetched).toEqual(wantedOf(topics));
        session.answered(ok);
      }
    }),
  );
});
