import { expect, test } from '@jest/globals';
import { silentLogger } from '../connection/client.ts';
import type { DeadLetters } from '../dead-letters/dead-letters.ts';
import { PartitionFeed } from './partition-feed.ts';
import type { KafkaRecord } from '../record.ts';

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
