import { afterAll, afterEach, expect, test } from '@jest/globals';
import { consume, testBrokers, testTopic, waitFor } from '@signet/testing';
import kafkajs from 'kafkajs';
import { createKafka } from './connection/client.ts';
import type { KafkaConsumer } from './prefix/prefixed-consumer.ts';
import { MAX_UNPACKED_BYTES } from './producing/compression.ts';
import { RecordProducer } from './producing/producer.ts';
import { UNREADABLE_HEADER } from './consuming/unreadable-records.ts';

const client = { brokers: testBrokers(), clientId: 'test' };
const plain = new RecordProducer({ client, name: 'test' });
const packing = new RecordProducer({ client, name: 'test', compression: 'zstd' });
let consumer: KafkaConsumer | undefined;
afterEach(() => consumer?.disconnect());
afterAll(() => Promise.all([plain.close(), packing.close()]));

const records = Array.from({ length: 300 }, (_, index) => ({ key: `${index}`, value: `${index} ${'é'.repeat(500)}` }));
const BYTES = records.reduce((sum, { value }) => sum + Buffer.byteLength(value), 0);

/** All values, and how many bytes came over the wire for them. */
async function read(topic: string): Promise<{ values: string[]; bytes: number }> {
  const values: string[] = [];
  let bytes = 0;
  consumer = createKafka(client).consumer({ groupId: topic, maxWaitTimeInMs: 100 });
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    if (payload.apiName === 'Fetch') bytes += payload.size;
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
  await waitFor(() => values.length >= records.length, { what: 'the records' });
  return { values, bytes };
}

/** The broker compresses the records of this topic, with the libraries that Java's producers use. */
async function topicThatPacks(compression: string): Promise<string> {
  const topic = `compressed.${compression}.${crypto.randomUUID()}`;
  const admin = createKafka(client).admin();
  await admin.connect();
  try {
    const configEntries = [{ name: 'compression.type', value: compression }];
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
  } finally {
    await admin.disconnect();
  }
  return topic;
}

test.each(['gzip', 'snappy', 'lz4', 'zstd'])('batches in %s are read', async (compression) => {
  const topic = await topicThatPacks(compression);
  await plain.publishAll(topic, records);
  const { values, bytes } = await read(topic);
  expect(values).toEqual(records.map(({ value }) => value));
  expect(bytes).toBeLessThan(BYTES / 3);
});

test('a producer with compression compresses requests from a certain size on', async () => {
  const topic = await testTopic('compressed');
  await packing.publishAll(topic, records);
  const { values, bytes } = await read(topic);
  expect(values).toEqual(records.map(({ value }) => value));
  expect(bytes).toBeLessThan(BYTES / 3);
});

test('a batch that is too large when it is unpacked is read as unreadable records, and then the next one is read', async () => {
  const topic = await testTopic('compressed');
  const producer = createKafka(client).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    const messages = [{ key: 'one', value: 'small' }, { value: Buffer.alloc(MAX_UNPACKED_BYTES) }];
    await producer.sendBatch({ topicMessages: [{ topic, messages }], compression: kafkajs.CompressionTypes.ZSTD });
  } finally {
    await producer.disconnect();
  }
  await plain.publish(topic, { key: 'two', value: 'after it' });
  const came = await consume(topic, { until: 3 });
  expect(came.map(({ offset, value, headers }) => [offset, value?.toString(), UNREADABLE_HEADER in headers])).toEqual([
    ['0', undefined, true],
    ['1', undefined, true],
    ['2', 'after it', false],
  ]);
});
