import { expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import { RequestBundles } from '../fan-out/request-bundles.ts';
import { asBatch } from '../testing/as-batch.ts';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { PARTITION_ROOM, PartitionRooms } from './partition-rooms.ts';
import { RequestLanes } from './request-lanes.ts';

const BUNDLE = 64;
const SHARE = PARTITION_ROOM / 2;

function lanesOf(...webhooks: readonly WebhookSnapshot[]) {
  const shelved = new Set<string>();
  const directory = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
  const rooms = new PartitionRooms();
  const lanes = new RequestLanes(rooms, { get: (id) => directory.get(id) }, (id) => shelved.has(id));
  const reading = new AbortController().signal;
  const shelfOf = (records: readonly KafkaRecord[], during = reading): number => {
    const laneOf = lanes.of(records, during);
    return records.filter((record) => laneOf(record) === 'shelf').length;
  };
  return { lanes, shelved, shelfOf, rooms };
}

/** Bundles of requests for the webhook, full ones, each with bodies of this many bytes. */
function bundles(webhook: WebhookSnapshot, count: number, bytes = 10): readonly KafkaRecord[] {
  const made = new RequestBundles();
  const body = Buffer.from(JSON.stringify('x'.repeat(bytes)));
  for (let n = 0; n < count * BUNDLE; n += 1) made.add(webhook, { json: '{}', body });
  return asBatch(made.take(), 0).records;
}

test('what is above a webhook’s share of the room goes to the shelf, and the requests of others pass', () => {
  const [busy, quiet] = [snapshotOf({}), snapshotOf({})];
  const { shelfOf } = lanesOf(busy, quiet);
  const inMemory = Math.ceil(SHARE / BUNDLE);
  expect(shelfOf([...bundles(busy, 100), ...bundles(quiet, 1)])).toBe(100 - inMemory);
});

test('released requests make room for the next ones', () => {
  const busy = snapshotOf({});
  const { lanes, shelfOf } = lanesOf(busy);
  const first = bundles(busy, 60);
  expect(shelfOf(first)).toBe(0);
  expect(shelfOf(bundles(busy, 60))).toBeGreaterThan(0);
  lanes.release(first);
  lanes.release(first);
  expect(shelfOf(bundles(busy, 20))).toBe(0);
});

test('as long as requests of the webhook wait on the shelf, the next ones go there, too', () => {
  const busy = snapshotOf({});
  const { lanes, shelved, shelfOf } = lanesOf(busy);
  const first = bundles(busy, 100);
  shelfOf(first);
  lanes.release(first);
  shelved.add(busy.id);
  expect(shelfOf(bundles(busy, 1))).toBe(1);
  shelved.delete(busy.id);
  expect(shelfOf(bundles(busy, 1))).toBe(0);
});

test('requests of a webhook that are on the shelf for another reason send no others there', () => {
  const webhook = snapshotOf({});
  const { shelved, shelfOf } = lanesOf(webhook);
  shelved.add(webhook.id);
  expect(shelfOf(bundles(webhook, 1))).toBe(0);
});

test('requests whose key is no webhook stay in memory, where they are refused one by one', () => {
  const unknown = snapshotOf({ id: 'no id' });
  expect(lanesOf().shelfOf(bundles(unknown, 100))).toBe(0);
});

test('requests in an order stay in memory', () => {
  const ordered = snapshotOf({ ordering: 'subject' });
  expect(lanesOf(ordered).shelfOf(bundles(ordered, 100))).toBe(0);
});

test('large bodies fill the room sooner', () => {
  const busy = snapshotOf({});
  const { shelfOf } = lanesOf(busy);
  expect(shelfOf(bundles(busy, 60, 2_000))).toBe(0);
  const { shelfOf: shelfOfLarge } = lanesOf(busy);
  expect(shelfOfLarge(bundles(busy, 30, 20_000))).toBeGreaterThan(0);
});

test('a new reading of the partition begins with an empty room', () => {
  const busy = snapshotOf({});
  const { shelfOf } = lanesOf(busy);
  expect(shelfOf(bundles(busy, 100))).toBeGreaterThan(0);
  expect(shelfOf(bundles(busy, 60), new AbortController().signal)).toBe(0);
});
