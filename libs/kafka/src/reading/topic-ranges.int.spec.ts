import { describe, expect, test } from '@jest/globals';
import { testBrokers, testTopic } from '@signet/testing';
import { RecordProducer } from '../producing/producer.ts';
import type { KafkaRecord } from '../record.ts';
import { rangesBetween, readRanges } from './topic-ranges.ts';
import type { PartitionRange } from './topic-ranges.ts';
import { deleteTopics, ensureTopics, removeRecords } from '../topics/topics.ts';

const client = { brokers: testBrokers(), clientId: 'test' };
const T0 = Date.now() - 60_000;
const at = (second: number): Date => new Date(T0 + second * 1_000);
const never = new AbortController().signal;

/** One record a second, in turn on each of three partitions. */
async function topicWith(seconds: number): Promise<string> {
  const topic = await testTopic('range', { partitions: 3 });
  const producer = new RecordProducer({ client, name: 'test' });
  await producer.connect();
  await producer.publishAll(
    topic,
    Array.from({ length: seconds }, (_, n) => ({
      key: null,
      value: String(n),
      partition: n % 3,
      timestamp: at(n).getTime(),
    })),
  );
  await producer.close();
  return topic;
}

async function readBetween(topics: string[], since: Date, until: Date): Promise<number[]> {
  const values: number[] = [];
  await readRanges({
    client,
    ranges: await rangesBetween(client, topics, since, until),
    signal: never,
    onRecords: async (records) => void values.push(...records.map(({ value }) => Number(value))),
  });
  return values.toSorted((a, b) => a - b);
}

test('the records that were appended in a span of time are read once, from several topics, and no others', async () => {
  const [one, two] = [await topicWith(30), await topicWith(12)];
  const expected = [...Array.from({ length: 15 }, (_, n) => n + 5), 5, 6, 7, 8, 9, 10, 11];
  expect(await readBetween([one, two, 'there-is-none'], at(5), at(20))).toEqual(expected.toSorted((a, b) => a - b));
});

test('a span in which nothing was appended has no ranges, and a reading without ranges ends at once', async () => {
  const topic = await topicWith(3);
  expect(await rangesBetween(client, [topic], at(10), at(20))).toEqual([]);
  expect(await readBetween([topic], at(10), at(20))).toEqual([]);
});

test('a reading can go on where an earlier one was aborted', async () => {
  const topic = await topicWith(30);
  const ranges = await rangesBetween(client, [topic], at(0), at(30));
  const seen: number[] = [];
  const left = new Map(ranges.map((range) => [range.partition, range]));
  const read = (signal: AbortSignal, onBatch: () => void): Promise<void> =>
    readRanges({
      client,
      ranges: [...left.values()].filter(({ from, to }) => from < to),
      signal,
      onRecords: async (records, range, next) => {
        left.set(range.partition, { ...range, from: next });
        seen.push(...records.map(({ value }) => Number(value)));
        onBatch();
      },
    });
  const controller = new AbortController();
  await expect(read(controller.signal, () => controller.abort(new Error('enough')))).rejects.toThrow('enough');
  await read(never, () => undefined);
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n));
});

test('an error of onRecords ends the reading and reaches the caller', async () => {
  const topic = await topicWith(3);
  const ranges = await rangesBetween(client, [topic], at(0), at(30));
  const onRecords = (): Promise<void> => Promise.reject(new Error('cannot be stored'));
  await expect(readRanges({ client, ranges, signal: never, onRecords })).rejects.toThrow('cannot be stored');
});

describe('records that are removed before they are read', () => {
  const remove: [how: string, (topic: string) => Promise<void>][] = [
    ['one by one', (topic) => removeRecords(client, topic)],
    ['with their topic', (topic) => deleteTopics(client, [topic])],
    ['with their topic, which is made anew', remadeWith],
  ];
  async function remadeWith(topic: string): Promise<void> {
    await deleteTopics(client, [topic]);
    await ensureTopics(client, [{ name: topic, partitions: 3 }]);
  }

  test.each(remove)('%s are not waited for', async (_how, removed) => {
    const [topic, other] = [await topicWith(30), await topicWith(6)];
    const ranges = await rangesBetween(client, [topic, other], at(0), at(30));
    await removed(topic);
    const seen: number[] = [];
    const reached = new Map<string, bigint>();
    const onRecords = async (records: readonly KafkaRecord[], { topic: name }: PartitionRange, next: bigint) => {
      seen.push(...records.map(({ value }) => Number(value)));
      reached.set(name, next);
    };
    await readRanges({ client, ranges, signal: never, onRecords });
    expect(seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...reached]).toEqual(
      expect.arrayContaining([
        [topic, 10n],
        [other, 2n],
      ]),
    );
  });
});
