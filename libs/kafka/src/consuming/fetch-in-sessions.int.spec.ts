import { afterEach, expect, test } from '@jest/globals';
import { testBrokers, testTopic, waitFor } from '@signet/testing';
import { createKafka } from '../connection/client.ts';
import type { KafkaConsumer } from '../prefix/prefixed-consumer.ts';
import { RecordProducer } from '../producing/producer.ts';

const PARTITIONS = 50;
/** Kafka's answer about a partition without records: its number, an error, three offsets, a replica and lengths. */
const BYTES_OF_AN_EMPTY_PARTITION = 42;

const client = { brokers: testBrokers(), clientId: 'test' };
let consumer: KafkaConsumer | undefined;
const producer = new RecordProducer({ client, name: 'test' });
afterEach(async () => {
  await consumer?.disconnect();
  await producer.close();
});

test('a fetch brings the partitions that have records, and goes on where it was', async () => {
  const topic = await testTopic('sessions', { partitions: PARTITIONS });
  const values: string[] = [];
  const sizes: number[] = [];
  consumer = createKafka(client).consumer({ groupId: topic, maxWaitTimeInMs: 100 });
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    if (payload.apiName === 'Fetch') sizes.push(payload.size);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
  await waitFor(() => sizes.length >= 2, { what: 'an empty fetch' });
  expect(sizes[0]).toBeGreaterThan(PARTITIONS * BYTES_OF_AN_EMPTY_PARTITION);

  const sent = Array.from({ length: 20 }, (_, index) => String(index));
  sizes.length = 0;
  for (const value of sent) {
    await producer.publish(topic, { key: value, value });
    await waitFor(() => values.includes(value), { what: `record ${value}` });
  }
  expect(values).toEqual(sent);
  expect(Math.max(...sizes)).toBeLessThan(10 * BYTES_OF_AN_EMPTY_PARTITION);
});
