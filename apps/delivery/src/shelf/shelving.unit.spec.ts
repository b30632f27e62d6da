import { expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import type { PartitionClaim } from '../partitions/ownership.ts';
import type { RowToShelve } from './shelf.ts';
import { Shelving } from './shelving.ts';

const claimOf = (partition: number, epoch = 1): PartitionClaim => ({
  partition,
  epoch,
  owner: 'test',
  takenAt: 0,
  isTakenOver: true,
  readTo: 0n,
});
const [claim, lostClaim] = [claimOf(0), claimOf(1)];
const [hanging, failing] = [newId(), newId()];
const record = (webhookId: string, offset: number, bytes = 2): KafkaRecord => ({
  topic: 'delivery.requests.v1',
  partition: 0,
  offset: String(offset),
  key: Buffer.from(webhookId),
  value: Buffer.alloc(bytes),
  headers: {},
  timestamp: 0,
});

/** Every third request, or a hundred bytes, make it full; nothing is stored before, but by `lingerMs`. */
function shelving({ lingerMs = 1e6, put }: { lingerMs?: number; put?: () => Promise<Set<PartitionClaim>> } = {}) {
  const stored: (readonly RowToShelve[])[] = [];
  let told = 0;
  const shelf = {
    put: (rows: readonly RowToShelve[]) => {
      stored.push(rows);
      return put?.() ?? Promise.resolve(new Set([claim]));
    },
  };
  return {
    stored,
    told: () => told,
    shelving: new Shelving(shelf, { lingerMs, batchSize: 3, batchBytes: 100 }, () => (told += 1)),
  };
}
const offsets = (rows: readonly RowToShelve[] | undefined): [string, string[]][] =>
  (rows ?? []).map(({ webhookId, records }) => [webhookId, records.map(({ offset }) => offset)]);

test('records that come within a moment are stored together, by webhook, and none of a lost claim is', async () => {
  const { shelving: one, stored, told } = shelving();
  const results = await Promise.all([
    one.shelve(claim, [record(hanging, 1)]),
    one.shelve(lostClaim, [record(failing, 7)]),
    one.shelve(claim, [record(hanging, 2)]),
  ]);
  expect(stored).toHaveLength(1);
  expect(offsets(stored[0])).toEqual([
    [hanging, ['1', '2']],
    [failing, ['7']],
  ]);
  expect(results).toEqual([true, false, true]);
  expect(told()).toBe(1);
});

test('a single record waits no longer than the linger', async () => {
  const { shelving: one, stored } = shelving({ lingerMs: 1 });
  expect(await one.shelve(claim, [record(hanging, 1)])).toBe(true);
  expect(await one.shelve(claim, [record(hanging, 2)])).toBe(true);
  expect(stored.map(offsets)).toEqual([[[hanging, ['1']]], [[hanging, ['2']]]]);
});

test('a fault of PostgreSQL reaches every caller that waits, and later records are stored anew', async () => {
  let isAway = true;
  const put = () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(new Set([claim])));
  const { shelving: one, told } = shelving({ lingerMs: 1, put });
  const both = [one.shelve(claim, [record(hanging, 1)]), one.shelve(claim, [record(failing, 2)])];
  await expect(Promise.allSettled(both)).resolves.toMatchObject([
    { reason: { message: 'away' } },
    { status: 'rejected' },
  ]);
  // PostgreSQL may have stored the rows although the statement failed.
  expect(told()).toBe(1);
  isAway = false;
  expect(await one.shelve(claim, [record(hanging, 1)])).toBe(true);
});

test('large ones wait no longer', async () => {
  const { shelving: one, stored } = shelving();
  expect(await one.shelve(claim, [record(hanging, 1, 100)])).toBe(true);
  expect(stored).toHaveLength(1);
});

test('when a partition was lost and taken again, only records that came since are stored', async () => {
  const again = claimOf(0, 3);
  const { shelving: one } = shelving({ put: () => Promise.resolve(new Set([again])) });
  const both = [one.shelve(claim, [record(hanging, 1)]), one.shelve(again, [record(hanging, 2), record(failing, 3)])];
  expect(await Promise.all(both)).toEqual([false, true]);
});
