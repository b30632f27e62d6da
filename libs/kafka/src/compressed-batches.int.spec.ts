import { afterAll, expect, test } from '@jest/globals';
import { consume, testBrokers, testTopic } from '@signet/testing';
import kafkajs from 'kafkajs';
import { compressSync } from 'snappy';
import { createKafka } from './client.ts';
import { RecordProducer } from './producer.ts';

const client = { brokers: testBrokers(), clientId: 'test' };
const plain = new RecordProducer({ client, name: 'test' });
const packing = new RecordProducer({ client, name: 'test', compression: 'zstd' });
afterAll(() => Promise.all([plain.close(), packing.close()]));

const records = Array.from({ length: 300 }, (_, index) => ({ key: `${index}`, value: `${index} ${'é'.repeat(500)}` }));
const read = async (topic: string): Promise<string[]> =>
  (await consume(topic, { until: records.length })).map(({ value }) => String(value));

/** The broker packs what comes to the topic, with the libraries that Java's producers use. */
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
  expect(await read(topic)).toEqual(records.map(({ value }) => value));
});

test('what a producer packs is read', async () => {
  const topic = await testTopic('compressed');
  await packing.publishAll(topic, records);
  expect(await read(topic)).toEqual(records.map(({ value }) => value));
});

test('one bare block of Snappy, as librdkafka writes it, is read', async () => {
  const bytes = Buffer.from('sale.created '.repeat(1_000));
  const codecs = kafkajs.CompressionCodecs as unknown as Record<
    number,
    () => { decompress(buffer: Buffer): Promise<Buffer> }
  >;
  const codec = codecs[kafkajs.CompressionTypes.Snappy]?.();
  expect(await codec?.decompress(compressSync(bytes))).toEqual(bytes);
});
