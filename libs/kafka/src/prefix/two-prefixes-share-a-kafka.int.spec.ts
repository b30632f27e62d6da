import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DELIVERY_DEAD_LETTER, DELIVERY_REQUESTS, REGISTRY_WEBHOOKS, TOPICS } from '@signet/contracts';
import { testBrokers, testTopic, waitFor } from '@signet/testing';
import { KafkaBatchServer } from '../consuming/batch-server.ts';
import type { KafkaClientOptions } from '../connection/client.ts';
import { CompactedTopic } from '../reading/compacted-topic.ts';
import { DEAD_LETTER } from '../dead-letters/dead-letters.ts';
import { RecordProducer } from '../producing/producer.ts';
import type { KafkaRecord, RecordBatch } from '../record.ts';
import { rangesBetween, readRanges } from '../reading/topic-ranges.ts';
import { NotOnKafkaError, requireTopic } from '../reading/topic-records.ts';
import {
  committedOffsets,
  consumerGroups,
  deleteTopics,
  ensureTopics,
  listTopics,
  topicEnds,
} from '../topics/topics.ts';

const NAMES = [DELIVERY_REQUESTS, DELIVERY_DEAD_LETTER, REGISTRY_WEBHOOKS];
const OURS = TOPICS.filter(({ name }) => NAMES.includes(name));
const GROUP = 'signet.test';

const clientOf = (name: string): KafkaClientOptions => ({
  brokers: testBrokers(),
  clientId: 'test',
  prefix: `${name}-${randomUUID().slice(0, 8)}.`,
});
const plain = { brokers: testBrokers(), clientId: 'test' };

/** One installation: it sends and reads under the names that all installations have for their topics. */
class Installation {
  readonly seen: KafkaRecord[] = [];
  readonly webhooks = new Map<string, string>();
  readonly #open: { close(): Promise<void> }[] = [];
  readonly producer: RecordProducer;

  constructor(
    readonly client: KafkaClientOptions,
    private readonly source: string,
  ) {
    this.producer = new RecordProducer({ client, name: 'test' });
  }

  async start(): Promise<void> {
    const { client, source } = this;
    await ensureTopics(client, OURS);
    const table = new CompactedTopic({
      client,
      topic: REGISTRY_WEBHOOKS,
      onRecord: (key, value) => void this.webhooks.set(key, String(value)),
    });
    const server = new KafkaBatchServer({
      client,
      groupId: GROUP,
      transportId: Symbol('test'),
      deadLetterTopic: DELIVERY_DEAD_LETTER,
      commitIntervalMs: 10,
    });
    const handle = async (batch: RecordBatch): Promise<void> => {
      this.seen.push(...batch.records);
      for (const record of batch.records)
        if (String(record.value) === 'bad') batch.setAside(record, { reason: 'bad', detail: 'It is bad.' });
    };
    for (const topic of [DELIVERY_REQUESTS, source]) server.addHandler(topic, handle as never, true);
    this.#open.push(this.producer, table, server);
    await Promise.all([table.start(), server.start()]);
  }

  values = (topic: string): string[] =>
    this.seen.filter((record) => record.topic === topic).map(({ value }) => String(value));

  async stop(): Promise<void> {
    await Promise.all(this.#open.map((one) => one.close()));
    await deleteTopics(this.client, NAMES);
  }
}

let red: Installation;
let blue: Installation;
let source: string;
beforeAll(async () => {
  source = await testTopic('shop.sale');
  red = new Installation(clientOf('red'), source);
  blue = new Installation(clientOf('blue'), source);
  await Promise.all([red.start(), blue.start()]);
});
afterAll(() => Promise.all([red?.stop(), blue?.stop()]));

test('each installation reads only its own records under the same name; both read the source topic', async () => {
  for (const [name, { producer }] of [
    ['red', red],
    ['blue', blue],
  ] as const) {
    await producer.publish(DELIVERY_REQUESTS, { key: 'one', value: name });
    await producer.publish(REGISTRY_WEBHOOKS, { key: 'one', value: name });
  }
  await red.producer.publish(source, { key: 'one', value: 'a sale' });
  for (const installation of [red, blue])
    await waitFor(() => installation.seen.length === 2 && installation.webhooks.size === 1, { what: 'the records' });
  expect([red.values(DELIVERY_REQUESTS), blue.values(DELIVERY_REQUESTS)]).toEqual([['red'], ['blue']]);
  expect([red.values(source), blue.values(source)]).toEqual([['a sale'], ['a sale']]);
  expect([red.webhooks.get('one'), blue.webhooks.get('one')]).toEqual(['red', 'blue']);
});

test('offsets are committed to the group of the installation', async () => {
  const committed = async ({ client }: Installation): Promise<bigint> => {
    const partitions = [...Array(6).keys()];
    const offsets = await committedOffsets(client, GROUP, DELIVERY_REQUESTS, partitions);
    return [...offsets.values()].reduce((sum, offset) => sum + offset, 0n);
  };
  await waitFor(async () => (await committed(red)) === 1n && (await committed(blue)) === 1n, { what: 'the commits' });
});

test('a record is set aside on the topic of the installation, and says where it came from without the prefix', async () => {
  await red.producer.publish(DELIVERY_REQUESTS, { key: 'one', value: 'bad' });
  const letters = async ({ client }: Installation): Promise<KafkaRecord[]> => {
    const found: KafkaRecord[] = [];
    await readRanges({
      client,
      ranges: await rangesBetween(client, [DELIVERY_DEAD_LETTER], new Date(0), new Date()),
      onRecords: async (records) => void found.push(...records),
      signal: new AbortController().signal,
    });
    return found;
  };
  const ends = async () => topicEnds(red.client, [DELIVERY_DEAD_LETTER]);
  await waitFor(async () => (await ends()).get(`${DELIVERY_DEAD_LETTER}/0`) === 1n, { what: 'the dead letter' });
  const [letter] = await letters(red);
  expect(letter?.topic).toBe(DELIVERY_DEAD_LETTER);
  expect(letter?.headers[DEAD_LETTER.topic]?.toString()).toBe(DELIVERY_REQUESTS);
  expect(letter?.headers[DEAD_LETTER.service]?.toString()).toBe('test');
  expect(await letters(blue)).toEqual([]);
});

test('on Kafka their topics, groups and clients have the prefix, and neither sees those of the other', async () => {
  const prefix = red.client.prefix ?? '';
  const all = await listTopics(plain);
  expect(all).toEqual(expect.arrayContaining(NAMES.map((name) => prefix + name)));
  const seen = await listTopics(red.client);
  expect(seen).toEqual(expect.arrayContaining([...NAMES, source]));
  expect(seen.filter((name) => name.startsWith(prefix))).toEqual([]);

  const groups = await consumerGroups(red.client);
  const group = groups.find(({ groupId }) => groupId === GROUP);
  expect(group?.members).toEqual([expect.stringMatching(new RegExp(`^${prefix}test-`))]);
  expect((await consumerGroups(plain)).map(({ groupId }) => groupId)).toContain(`${prefix}${GROUP}`);
  expect(groups.filter(({ groupId }) => groupId.startsWith('blue'))).toEqual([]);
});

test('an error about a missing topic has the name that the topic would have on Kafka', async () => {
  const client = clientOf('green');
  await expect(requireTopic(client, DELIVERY_REQUESTS)).rejects.toThrow(
    new NotOnKafkaError(`There is no topic ${client.prefix}${DELIVERY_REQUESTS}.`),
  );
});
