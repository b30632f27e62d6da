import { afterAll, expect, test } from '@jest/globals';
import { consume, testBrokers, testTopic } from '@signet/testing';
import { DEAD_LETTER, DeadLetters } from './dead-letters/dead-letters.ts';
import { RecordProducer } from './producing/producer.ts';

const producer = new RecordProducer({ client: { brokers: testBrokers(), clientId: 'test' }, name: 'test' });
afterAll(() => producer.close());

/** The largest batch that Kafka takes for one partition by default, bytes. */
const MAX_BATCH_BYTES = 1_048_588;

test('large records that are published together are sent in requests that Kafka takes, in order', async () => {
  const topic = await testTopic('large', { partitions: 1 });
  const padding = 'x'.repeat(256 * 1024 - 10);
  const values = Array.from({ length: 12 }, (_, index) => `${index}${padding}`);
  expect(values.join('').length).toBeGreaterThan(MAX_BATCH_BYTES);
  await producer.publishAll(
    topic,
    values.map((value) => ({ key: 'one key', value })),
  );
  const records = await consume(topic, { until: 12 });
  expect(records.map(({ value }) => String(value).replace(padding, ''))).toEqual(
    values.map((_, index) => String(index)),
  );
});

test('large records that several callers publish at once are sent in such requests, too', async () => {
  const topic = await testTopic('large', { partitions: 1 });
  const value = 'x'.repeat(200 * 1024);
  await Promise.all(Array.from({ length: 12 }, () => producer.publish(topic, { key: 'one key', value })));
  expect(await consume(topic, { until: 12 })).toHaveLength(12);
});

test('a record that Kafka will never take is refused as such', async () => {
  const topic = await testTopic('large', { partitions: 1 });
  const value = 'x'.repeat(MAX_BATCH_BYTES);
  const refused = producer.publish(topic, { key: null, value });
  await expect(refused).rejects.toMatchObject({ code: 'record_too_large', retryable: false });
});

const tooLarge = Buffer.alloc(MAX_BATCH_BYTES - 100);
const small = { key: Buffer.from('key'), value: Buffer.from('value'), headers: { 'x-trace': Buffer.from('kept') } };

test.each([
  ['value', { ...small, value: tooLarge }, { ...small, value: null }, tooLarge.length],
  ['headers', { ...small, headers: { blob: tooLarge } }, { key: small.key, value: null, headers: {} }, undefined],
  ['key', { ...small, key: tooLarge }, { key: null, value: null, headers: {} }, undefined],
])('a record whose %s is too large for the dead-letter topic is kept without', async (_what, parts, kept, omitted) => {
  const topic = await testTopic('large', { partitions: 1 });
  const letters = new DeadLetters(
    producer,
    topic,
    'test',
    () => new Date(),
    () => undefined,
  );
  const record = { topic: 'somewhere', partition: 0, offset: '7', timestamp: 0, ...parts };
  await letters.publish([{ record, why: { reason: 'ugly', detail: 'No.' } }]);
  const [letter] = await consume(topic, { until: 1 });
  const { [DEAD_LETTER.omitted]: length, [DEAD_LETTER.offset]: offset, ...headers } = letter?.headers ?? {};
  expect({ key: letter?.key, value: letter?.value, offset: String(offset) }).toEqual({
    key: kept.key,
    value: kept.value,
    offset: '7',
  });
  const own = Object.entries(headers).filter(([name]) => !name.startsWith('signet-'));
  expect(Object.fromEntries(own)).toEqual(kept.headers);
  if (omitted !== undefined) expect(Number(String(length))).toBe(omitted);
  expect(Number(String(length))).toBeGreaterThanOrEqual(tooLarge.length);
});
