import { beforeEach, expect, test } from '@jest/globals';
import { installationKey } from '@signet/contracts';
import { readMarks, RecordProducer } from '@signet/kafka';
import { testBrokers, testTopic } from '@signet/testing';
import { StartRefusedError } from '../service/start/start-refused.error.ts';
import { claimTopics, compareWithKafka } from './kafka-installation.ts';

const client = { brokers: testBrokers(), clientId: 'installation-test' };
const MANY_RECORDS = 2_000;
let topics: string[];
beforeEach(async () => {
  topics = await Promise.all(['webhooks', 'tenants'].map((name) => testTopic(name, { cleanup: 'compact' })));
});

const compare = (installation: string) => compareWithKafka(client, installation, { topics });
/** What a start does with Kafka. */
const start = async (installation: string): Promise<'started' | string> => {
  try {
    await claimTopics(client, installation, await compare(installation), { topics });
    return 'started';
  } catch (error) {
    if (error instanceof StartRefusedError) return error.message;
    throw error;
  }
};
const endsOf = async (): Promise<unknown> =>
  (await readMarks({ client, topics, isMark: () => true })).map(({ topic, offset }) => `${topic} ${offset}`).toSorted();

async function publish(topic: string, key: string, value: string | null, count = 1): Promise<void> {
  const producer = new RecordProducer({ client, name: 'test' });
  await producer.publishAll(
    topic,
    Array.from({ length: count }, (_, index) => ({ key: `${key}${index}`, value })),
  );
  await producer.close();
}

test('the first start claims every topic, and later ones leave Kafka as it is', async () => {
  expect(await compare('a')).toEqual(topics);
  expect(await start('a')).toBe('started');
  const ends = await endsOf();
  expect(await compare('a')).toEqual([]);
  expect(await start('a')).toBe('started');
  expect(await endsOf()).toEqual(ends);
});

test('another installation is refused, and writes nothing', async () => {
  await start('a');
  const ends = await endsOf();
  expect(await start('b')).toMatch(/^This Kafka belongs to the installation "a", .* is "b": set SIGNET_KAFKA_BROKERS/);
  expect(await endsOf()).toEqual(ends);
});

test('a Kafka from before 0.2 is claimed behind its old records, and records that are published later do not change its owner', async () => {
  await publish(topics[0]!, 'webhook-', '{}', MANY_RECORDS);
  expect(await start('a')).toBe('started');
  await publish(topics[0]!, 'webhook-', null, MANY_RECORDS);
  expect(await compare('a')).toEqual([]);
  expect(await start('b')).toContain('installation "a"');
});

test('a topic that was made anew is claimed again, the others as they are', async () => {
  await claimTopics(client, 'a', topics.slice(0, 1), { topics });
  expect(await compare('a')).toEqual(topics.slice(1));
  expect(await start('a')).toBe('started');
  expect(await compare('a')).toEqual([]);
});

test('of two that both found an empty Kafka one gets it, and the other withdraws', async () => {
  const [a, b] = [await compare('a'), await compare('b')];
  const results = await Promise.allSettled([
    claimTopics(client, 'a', a, { topics }),
    claimTopics(client, 'b', b, { topics }),
  ]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const [winner, loser] = results[0].status === 'fulfilled' ? ['a', 'b'] : ['b', 'a'];
  expect(await start(winner)).toBe('started');
  expect(await start(loser)).toContain(`belongs to the installation "${winner}"`);
  const marks = await readMarks({ client, topics, isMark: (key) => key === installationKey(loser) });
  expect(marks.at(-1)?.value ?? null).toBeNull();
});

test('ten replicas of one installation that start at once all start', async () => {
  expect(await Promise.all(Array.from({ length: 10 }, () => start('a')))).toEqual(Array(10).fill('started'));
});
