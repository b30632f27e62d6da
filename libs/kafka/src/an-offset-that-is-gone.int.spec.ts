import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { testBrokers, testTopic, waitFor } from '@signet/testing';
import { withAdmin } from './topics/admin.ts';
import { KafkaBatchServer } from './consuming/batch-server.ts';
import { silentLogger } from './connection/client.ts';
import type { LostOffset } from './consuming/lost-offsets.ts';
import { RecordProducer } from './producing/producer.ts';

const client = { brokers: testBrokers(), clientId: 'test' };
let topic: string;
let groupId: string;
let deadLetterTopic: string;
let lost: LostOffset[];
let errors: { fields: object; message: string }[];
let servers: KafkaBatchServer[];

beforeEach(async () => {
  topic = await testTopic('gone', { partitions: 1 });
  deadLetterTopic = await testTopic('dead', { partitions: 1 });
  groupId = `group-${randomUUID()}`;
  lost = [];
  errors = [];
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

async function produce(from: number, count: number): Promise<void> {
  const producer = new RecordProducer({ client, name: 'test' });
  await producer.connect();
  const values = Array.from({ length: count }, (_, index) => String(from + index));
  await producer.publishAll(
    topic,
    values.map((value) => ({ key: 'one key', value })),
  );
  await producer.close();
}

/** A member of the group; resolves to what it reads, which grows. */
async function serve(): Promise<{ seen: string[]; close: () => Promise<void> }> {
  const seen: string[] = [];
  const server = new KafkaBatchServer({
    client,
    groupId,
    deadLetterTopic,
    transportId: Symbol('test'),
    onOffsetLost: (one) => lost.push(one),
    logger: { ...silentLogger, error: (fields, message) => errors.push({ fields, message }) },
  });
  server.addHandler(
    topic,
    (async ({ records }: { records: readonly { value: Buffer | null }[] }) =>
      void seen.push(...records.map(({ value }) => String(value)))) as never,
    true,
  );
  await server.start();
  servers.push(server);
  return { seen, close: () => server.close() };
}

const committed = async (): Promise<string | undefined> =>
  withAdmin(client, async (admin) => {
    const [of] = await admin.fetchOffsets({ groupId, topics: [topic] });
    return of?.partitions[0]?.offset;
  });

const untilCommitted = (offset: string) =>
  waitFor(async () => (await committed()) === offset, { what: `${offset} to be committed` });

const expectTold = (): void => {
  expect(lost).toEqual([{ topic, partition: 0 }]);
  expect(errors).toEqual([
    {
      fields: { group: groupId, topic, partition: 0 },
      message: expect.stringContaining('read from its earliest record'),
    },
  ]);
};

test('a group that was away for longer than its records are kept goes on from the earliest, and says so', async () => {
  await produce(0, 10);
  const first = await serve();
  await waitFor(() => first.seen.length === 10, { what: 'the first ten' });
  await untilCommitted('10');
  await first.close();

  await produce(10, 10);
  await withAdmin(client, async (admin) => {
    // kafkajs' admin must have asked about the topic once, or it does not know which broker leads the partition.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '15' }] });
  });
  const second = await serve();
  await waitFor(() => second.seen.length === 5, { what: 'what is left' });
  expect(second.seen).toEqual(['15', '16', '17', '18', '19']);
  expectTold();
  await produce(20, 1);
  await waitFor(() => second.seen.includes('20'), { what: 'a new record' });
  await untilCommitted('21');
});

test('a group whose offset lies behind the end, as after a topic was made anew, goes on from the earliest, too', async () => {
  await produce(0, 3);
  await withAdmin(client, (admin) =>
    admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1000' }] }),
  );
  const { seen } = await serve();
  await waitFor(() => seen.length === 3, { what: 'all of it' });
  expectTold();
  await untilCommitted('3');
});

test('a group that is new, or comes back in time, has lost nothing', async () => {
  await produce(0, 3);
  const first = await serve();
  await waitFor(() => first.seen.length === 3, { what: 'the records' });
  await untilCommitted('3');
  await first.close();
  await produce(3, 1);
  const second = await serve();
  await waitFor(() => second.seen.length === 1, { what: 'the record since' });
  expect([lost, errors]).toEqual([[], []]);
});
