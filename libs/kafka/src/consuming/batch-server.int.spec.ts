import { afterEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { testBrokers, testTopic, waitFor } from '@signet/testing';
import { withAdmin } from '../topics/admin.ts';
import { KafkaBatchServer } from './batch-server.ts';
import type { KafkaBatchServerOptions } from './batch-server.ts';
import { CompactedTopic } from '../reading/compacted-topic.ts';
import { DEAD_LETTER } from '../dead-letters/dead-letters.ts';
import { RetryableError } from '../errors.ts';
import { RecordProducer } from '../producing/producer.ts';
import type { BatchHandler, KafkaRecord } from '../record.ts';

const client = { brokers: testBrokers(), clientId: 'test' };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const keep = <T extends { close(): Promise<void> }>(one: T): T => {
  open.push(one);
  return one;
};

async function produce(topic: string, values: readonly string[], headers: Record<string, string> = {}): Promise<void> {
  const producer = new RecordProducer({ client, name: 'test' });
  await producer.connect();
  await producer.publishAll(
    topic,
    values.map((value) => ({ key: 'one key', value, headers })),
  );
  await producer.close();
}

const FETCH = 100_000;
const READ_AHEAD = 300_000;

interface Fixture {
  topic: string;
  groupId: string;
  deadLetterTopic: string;
}

const fixture = async (partitions = 1): Promise<Fixture> => ({
  topic: await testTopic('batch', { partitions }),
  deadLetterTopic: await testTopic('dead', { partitions: 1 }),
  groupId: `group-${randomUUID()}`,
});

async function serve(
  { topic, groupId, deadLetterTopic }: Fixture,
  handler: BatchHandler,
  options: Partial<KafkaBatchServerOptions> = {},
): Promise<KafkaBatchServer> {
  const server = new KafkaBatchServer({
    client,
    groupId,
    deadLetterTopic,
    transportId: Symbol('test'),
    backoff: { firstMs: 5, longestMs: 20 },
    ...options,
  });
  server.addHandler(topic, handler as never, true);
  await server.start();
  return keep(server);
}

const valuesOf = (records: readonly KafkaRecord[]): string[] => records.map(({ value }) => String(value));
const numbers = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => String(from + index));

/** The committed offset of the group on its only partition. */
const committed = ({ topic, groupId }: Fixture): Promise<string | undefined> =>
  withAdmin(client, async (admin) => {
    const [of] = await admin.fetchOffsets({ groupId, topics: [topic] });
    return of?.partitions[0]?.offset;
  });

/** Everything that lies on a topic, as soon as there are `count` records. */
async function readAll(topic: string, count: number): Promise<KafkaRecord[]> {
  const records: KafkaRecord[] = [];
  const deadLetterTopic = await testTopic('dead', { partitions: 1 });
  await serve({ topic, groupId: `reader-${randomUUID()}`, deadLetterTopic }, async (batch) => {
    records.push(...batch.records);
  });
  return waitFor(() => records.length >= count && records, { what: `${count} records on ${topic}` });
}

test('records arrive in order, once, with key, headers and time', async () => {
  const topic = await fixture();
  await produce(topic.topic, numbers(500), { colour: 'red' });
  const seen: KafkaRecord[] = [];
  await serve(topic, async ({ records }) => void seen.push(...records));
  await waitFor(() => seen.length >= 500, { what: '500 records' });
  expect(valuesOf(seen)).toEqual(numbers(500));
  expect(seen[0]).toMatchObject({ topic: topic.topic, partition: 0, offset: '0' });
  expect(String(seen[0]?.key)).toBe('one key');
  expect(String(seen[0]?.headers['colour'])).toBe('red');
  expect(seen[0]?.timestamp).toBeGreaterThan(Date.parse('2026-01-01'));
});

test('records that were not durable when the server stopped are read again, and only those', async () => {
  const topic = await fixture();
  await produce(topic.topic, numbers(10));
  const first: string[] = [];
  const server = await serve(
    topic,
    async ({ records, signal }) => {
      first.push(...valuesOf(records));
      // The second half never becomes durable.
      if (Number(records[0]?.value) >= 10) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
    { stopDeadlineMs: 50 },
  );
  await waitFor(() => first.length === 10, { what: 'the first ten' });
  await produce(topic.topic, numbers(10, 10));
  await waitFor(() => first.length === 20, { what: 'the other ten' });
  await waitFor(async () => (await committed(topic)) === '10', { what: 'the first ten to be committed' });
  await server.close();
  const again: string[] = [];
  await serve(topic, async ({ records }) => void again.push(...valuesOf(records)));
  await waitFor(() => again.length >= 10, { what: 'the ten that were not durable' });
  expect(again).toEqual(numbers(10, 10));
});

test('the next batch is handed over while one is under way, up to the limit', async () => {
  const topic = await fixture();
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const seen: string[] = [];
  await serve(
    topic,
    async ({ records }) => {
      seen.push(...valuesOf(records));
      await released;
    },
    { maxInFlightRecords: 2 },
  );
  await produce(topic.topic, ['a']);
  await waitFor(() => seen.length === 1, { what: 'a' });
  await produce(topic.topic, ['b']);
  await waitFor(() => seen.length === 2, { what: 'b beside a' });
  await produce(topic.topic, ['c']);
  // The record is on the topic now: a handler with room would have got it.
  await readAll(topic.topic, 3);
  expect(seen).toEqual(['a', 'b']);
  release();
  await waitFor(() => seen.length === 3, { what: 'c, when there is room' });
  expect(seen).toEqual(['a', 'b', 'c']);
});

test('a record of a quiet lane passes the records of a busy one that lie before it', async () => {
  const topic = await fixture();
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const seen: string[] = [];
  await produce(topic.topic, [...numbers(100), 'quiet']);
  await serve(
    topic,
    async ({ records, lane }) => {
      seen.push(...valuesOf(records));
      if (lane === 'busy') await released;
    },
    {
      maxInFlightRecords: 20,
      lanes: {
        of:
          () =>
          ({ value }) =>
            String(value) === 'quiet' ? 'quiet' : 'busy',
        batchSize: 5,
      },
    },
  );
  await waitFor(() => seen.includes('quiet'), { what: 'the quiet one' });
  // The busy lane has half of the room under way, and a batch that began below that.
  expect(seen.length).toBeLessThanOrEqual(16);
  expect(await committed(topic)).toBe('-1');
  release();
  await waitFor(async () => (await committed(topic)) === '101', { what: 'all of them to be committed' });
  expect(seen.filter((value) => value !== 'quiet')).toEqual(numbers(100));
});

test('what is read ahead is bounded, and goes on when it has been handled', async () => {
  const topic = await fixture();
  const value = 'x'.repeat(10_000);
  await produce(topic.topic, Array<string>(300).fill(value));
  let count = 0;
  const server = await serve(
    topic,
    async ({ records }) => {
      count += records.length;
      expect(server.readAheadBytes).toBeLessThanOrEqual(READ_AHEAD + FETCH);
    },
    {
      maxInFlightRecords: 4,
      maxBytesPerPartition: FETCH,
      readAheadBytes: READ_AHEAD,
      lanes: { of: () => () => 'one', batchSize: 1 },
    },
  );
  await waitFor(async () => (await committed(topic)) === '300', { what: 'all of them to be committed' });
  expect(count).toBe(300);
});

test('a record that cannot be handled is set aside unchanged with the reason, and the partition moves on', async () => {
  const topic = await fixture();
  await produce(topic.topic, ['good-1', 'poison', 'good-2'], { colour: 'red' });
  const seen: string[] = [];
  await serve(topic, async ({ records }) => {
    if (records.some(({ value }) => String(value) === 'poison')) throw new Error('It is poisonous.');
    seen.push(...valuesOf(records));
  });
  await waitFor(() => seen.length === 2, { what: 'the good ones' });
  const [letter] = await readAll(topic.deadLetterTopic, 1);
  expect(String(letter?.value)).toBe('poison');
  const headers = Object.fromEntries(
    Object.entries(letter?.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  expect(headers).toMatchObject({
    colour: 'red',
    [DEAD_LETTER.reason]: 'handler_error',
    [DEAD_LETTER.detail]: 'It is poisonous.',
    [DEAD_LETTER.topic]: topic.topic,
    [DEAD_LETTER.offset]: '1',
  });
});

test('a handler sets records aside with a reason of its own', async () => {
  const topic = await fixture();
  const reasons: string[] = [];
  await produce(topic.topic, ['x']);
  await serve(
    topic,
    async (batch) =>
      batch.records.forEach((record) => batch.setAside(record, { reason: 'ugly', field: 'x', detail: 'No.' })),
    { onDeadLetter: (reason) => void reasons.push(reason) },
  );
  const [letter] = await readAll(topic.deadLetterTopic, 1);
  expect(String(letter?.headers[DEAD_LETTER.reason])).toBe('ugly');
  expect(String(letter?.headers[DEAD_LETTER.field])).toBe('x');
  expect(reasons).toEqual(['ugly']);
});

test('after a failure that may pass, the batch is tried again until it succeeds', async () => {
  const topic = await fixture();
  await produce(topic.topic, numbers(3));
  let failures = 0;
  const seen: string[] = [];
  await serve(topic, async ({ records }) => {
    if (failures < 4) {
      failures += 1;
      throw new RetryableError('database_down', 'PostgreSQL is not there.');
    }
    seen.push(...valuesOf(records));
  });
  await waitFor(() => seen.length === 3, { what: 'the records' });
  expect(failures).toBe(4);
});

test('a second member takes over partitions, and no record is lost', async () => {
  const topic = await fixture(4);
  const producer = keep(new RecordProducer({ client, name: 'test' }));
  await producer.connect();
  const publish = (count: number, from: number): Promise<void> =>
    producer.publishAll(
      topic.topic,
      numbers(count, from).map((value, index) => ({ key: null, value, partition: index % 4 })),
    );
  const seen = new Set<string>();
  const owners = [new Set<number>(), new Set<number>()];
  const member = (index: number): Promise<KafkaBatchServer> =>
    serve(topic, async ({ records }) => valuesOf(records).forEach((value) => seen.add(value)), {
      onAssigned: (assignment) => assignment[topic.topic]?.forEach((partition) => owners[index]?.add(partition)),
      onRevoked: (assignment) => assignment[topic.topic]?.forEach((partition) => owners[index]?.delete(partition)),
    });
  await member(0);
  await publish(100, 0);
  await waitFor(() => seen.size === 100, { what: 'the first hundred' });
  await member(1);
  await publish(100, 100);
  await waitFor(() => seen.size === 200, { what: 'everything' });
  await waitFor(() => owners[0]?.size === 2 && owners[1]?.size === 2, { what: 'two partitions each' });
  expect([...owners[0]!, ...owners[1]!].sort()).toEqual([0, 1, 2, 3]);
});

test('a compacted topic is read whole, tombstones too, and followed', async () => {
  const topic = await testTopic('table', { partitions: 2, cleanup: 'compact' });
  const producer = keep(new RecordProducer({ client, name: 'test' }));
  await producer.publish(topic, { key: 'a', value: '1' });
  await producer.publish(topic, { key: 'b', value: '1' });
  await producer.publish(topic, { key: 'a', value: null });
  const table = new Map<string, string>();
  const reader = keep(
    new CompactedTopic({
      client,
      topic,
      onRecord: (key, value) => (value === null ? table.delete(key) : table.set(key, String(value))),
    }),
  );
  await reader.start();
  expect(reader.isReady()).toBe(true);
  expect([...table]).toEqual([['b', '1']]);
  await producer.publish(topic, { key: 'c', value: '2' });
  await waitFor(() => table.get('c') === '2', { what: 'a later record' });
});

test('an empty compacted topic is complete at once', async () => {
  const topic = await testTopic('table', { partitions: 1, cleanup: 'compact' });
  const reader = keep(new CompactedTopic({ client, topic, onRecord: () => undefined }));
  await reader.start();
  expect(reader.isReady()).toBe(true);
});

test('records published at once go together and keep their order', async () => {
  const topic = await testTopic('order', { partitions: 1 });
  const producer = keep(new RecordProducer({ client, name: 'test' }));
  await Promise.all(numbers(2_000).map((value) => producer.publish(topic, { key: 'k', value })));
  expect(valuesOf(await readAll(topic, 2_000))).toEqual(numbers(2_000));
});

test('a broker that is away is a failure that may pass', async () => {
  const producer = keep(
    new RecordProducer({ client: { brokers: ['127.0.0.1:1'], clientId: 'test' }, name: 'test', deadlineMs: 200 }),
  );
  await expect(producer.publish('anything', { key: null, value: 'x' })).rejects.toMatchObject({
    retryable: true,
    code: 'kafka_unavailable',
  });
});
