import { describe, expect, test } from '@jest/globals';
import { waitFor } from '@signet/testing';
import { silentLogger } from '../../connection/client.ts';
import type { DeadLetters } from '../../dead-letters/dead-letters.ts';
import { LanesUnderWay } from './lanes-under-way.ts';
import { PartitionFeed } from './partition-feed.ts';
import type { KafkaRecord } from '../../record.ts';

const records = (from: number, count: number, bytes: number): KafkaRecord[] =>
  Array.from({ length: count }, (_, n) => ({
    topic: 'orders',
    partition: 0,
    offset: String(from + n),
    key: null,
    value: Buffer.alloc(bytes),
    headers: {},
    timestamp: 0,
  }));

/**
 * A feed with room for ten records or a hundred bytes; a record without a byte counts as five. `ends` has a function for each batch
 * that was handed over: it ends the handler's work.
 */
function feedWithEnds() {
  const ends: (() => void)[] = [];
  const feed = new PartitionFeed({
    topic: 'orders',
    partition: 0,
    handler: () => new Promise((resolve) => ends.push(resolve)),
    deadLetters: {} as DeadLetters,
    countOf: ({ value }) => (value?.length === 0 ? 5 : 1),
    maxInFlightRecords: 10,
    maxInFlightBytes: 100,
    isPipelined: true,
    underWay: new LanesUnderWay(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, () => undefined),
    readAheadLeft: () => Number.POSITIVE_INFINITY,
    backoff: { firstMs: 1, longestMs: 1 },
    logger: silentLogger,
    onProgress: () => undefined,
  });
  return { feed, ends };
}

test.each([
  ['records', 5, 1],
  ['bytes', 1, 50],
  ['records that count for several', 1, 0],
])('a partition is full of %s, and has room again when half of that has been handled', async (_what, count, bytes) => {
  const { feed, ends } = feedWithEnds();
  feed.accept(records(0, count, bytes), String(count - 1));
  expect(feed.hasRoom).toBe(true);
  feed.accept(records(count, count, bytes), String(2 * count - 1));
  expect(feed.hasRoom).toBe(false);
  const roomy = feed.untilHalfEmpty();
  ends[0]!();
  await roomy;
  expect(feed.hasRoom).toBe(true);
  ends[1]!();
  await feed.settled();
});

describe('with lanes', () => {
  const laneOf = ({ key }: KafkaRecord): string => String(key);
  const inLane = (lane: string, from: number, count: number): KafkaRecord[] =>
    records(from, count, 1).map((record) => ({ ...record, key: Buffer.from(lane) }));

  /** Feeds of two partitions with lanes. `begun` has the batches that were handed over, and a function for each that ends it. */
  function twoFeeds(atOnce: number, batchSize = 2, room = 8) {
    const begun: { lane: string | undefined; partition: number; offsets: number[]; end: () => void }[] = [];
    const underWay: LanesUnderWay = new LanesUnderWay(batchSize, atOnce, () =>
      feeds.forEach((feed) => feed.handOver()),
    );
    const feeds = [0, 1].map(
      (partition) =>
        new PartitionFeed({
          topic: 'orders',
          partition,
          handler: ({ lane, records: batch }) =>
            new Promise((resolve) => {
              const offsets = batch.map(({ offset }) => Number(offset));
              begun.push({ lane, partition, offsets, end: resolve });
            }),
          deadLetters: {} as DeadLetters,
          countOf: () => 1,
          maxInFlightRecords: room,
          maxInFlightBytes: 100,
          lanes: { of: () => laneOf, batchSize },
          underWay,
          readAheadLeft: () => 50,
          isPipelined: true,
          backoff: { firstMs: 1, longestMs: 1 },
          logger: silentLogger,
          onProgress: () => undefined,
        }),
    );
    const settled = (count: number, orMore?: 'or more'): Promise<true> =>
      waitFor(() => begun.length === count || (orMore && begun.length > count), { what: `${count} batches` });
    return { feeds, begun, settled };
  }

  test('one lane has half of the room under way, and another one passes it', async () => {
    const { feeds, begun, settled } = twoFeeds(Number.POSITIVE_INFINITY);
    feeds[0]!.accept([...inLane('busy', 0, 20), ...inLane('quiet', 20, 1)], '20');
    await settled(3);
    expect(begun.map(({ lane, offsets }) => [lane, offsets])).toEqual([
      ['busy', [0, 1]],
      ['quiet', [20]],
      ['busy', [2, 3]],
    ]);
    begun[1]!.end();
    begun[0]!.end();
    await settled(4);
    expect(begun[3]).toMatchObject({ lane: 'busy', offsets: [4, 5] });
    expect(feeds[0]!.watermark.committable).toBeUndefined();
  });

  test('a lane has a limited number of large batches under way, of all partitions together', async () => {
    const { feeds, begun, settled } = twoFeeds(1);
    for (const feed of feeds) feed.accept(inLane('busy', 0, 2), '1');
    feeds[1]!.accept(inLane('quiet', 2, 1), '2');
    await settled(2);
    expect(begun.map(({ lane, partition }) => [lane, partition])).toEqual([
      ['busy', 0],
      ['quiet', 1],
    ]);
    begun[0]!.end();
    await settled(3);
    expect(begun[2]).toMatchObject({ lane: 'busy', partition: 1 });
  });

  test('small batches of a lane wait neither for each other nor for a large one, and begin at once', async () => {
    const { feeds, begun, settled } = twoFeeds(1, 16);
    feeds[0]!.accept(inLane('busy', 0, 3), '2');
    for (const feed of feeds) feed.accept(inLane('quiet', 3, 1), '3');
    feeds[1]!.accept(inLane('busy', 4, 1), '4');
    await settled(4);
    expect(begun.map(({ lane, partition, offsets }) => [lane, partition, offsets.length])).toEqual([
      ['quiet', 0, 1],
      ['quiet', 1, 1],
      ['busy', 1, 1],
      ['busy', 0, 3],
    ]);
  });

  test.each([
    ['limited', 1],
    ['without a limit', Number.POSITIVE_INFINITY],
  ])('a small batch behind a large one of its lane and partition begins after it: %s', async (_what, atOnce) => {
    const { feeds, begun, settled } = twoFeeds(atOnce, 8, 100);
    const [feed] = feeds;
    feed!.accept(inLane('busy', 0, 9), '8');
    feed!.accept(inLane('busy', 9, 1), '9');
    feed!.accept(inLane('quiet', 10, 1), '10');
    for (let batch = 0; begun.flatMap(({ offsets }) => offsets).length < 11; batch += 1) {
      await settled(batch + 1, 'or more');
      begun[batch]!.end();
    }
    const ofBusy = begun.filter(({ lane }) => lane === 'busy').flatMap(({ offsets }) => offsets);
    expect(ofBusy).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(begun[0]!.lane).toBe('quiet');
  });

  test('small batches of a lane are together not more than the largest small one', async () => {
    const { feeds, begun, settled } = twoFeeds(1, 16);
    feeds[0]!.accept(inLane('busy', 0, 2), '1');
    feeds[1]!.accept(inLane('busy', 0, 1), '0');
    feeds[1]!.accept(inLane('quiet', 1, 1), '1');
    await settled(2);
    expect(begun.map(({ lane, partition }) => [lane, partition])).toEqual([
      ['busy', 0],
      ['quiet', 1],
    ]);
    begun[0]!.end();
    await settled(3);
    expect(begun[2]).toMatchObject({ lane: 'busy', partition: 1 });
    for (const batch of begun) batch.end();
    await Promise.all(feeds.map((feed) => feed.settled()));
  });

  test('after an abort, and when the consumer ends, nothing more is handed over', async () => {
    const { feeds, begun, settled } = twoFeeds(1);
    for (const feed of feeds) feed.accept(inLane(`busy-${feeds.indexOf(feed)}`, 0, 6), '5');
    await settled(2);
    feeds[0]!.abort();
    const end = feeds[1]!.settled();
    for (const batch of begun) batch.end();
    await end;
    expect(begun).toHaveLength(2);
    expect(feeds.map(({ watermark }) => watermark.committable)).toEqual([undefined, undefined]);
  });

  test('what is read ahead is bounded', () => {
    const { feeds } = twoFeeds(1);
    const [feed] = feeds;
    feed!.accept(inLane('busy', 0, 30), '29');
    expect(feed!.hasRoom).toBe(true);
    feed!.accept(inLane('busy', 30, 30), '59');
    expect(feed!.hasRoom).toBe(false);
    expect(feeds[1]!.hasRoom).toBe(true);
  });
});
