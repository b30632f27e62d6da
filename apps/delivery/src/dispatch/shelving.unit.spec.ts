import { expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import type { Bundle } from './shelf.ts';
import { Shelving } from './shelving.ts';

const claim = (partition: number) => ({ partition, epoch: '1' }) as unknown as Bundle['claim'];
const [hanging, failing] = [newId(), newId()];
const record = (webhookId: string, offset: number): KafkaRecord => ({
  topic: 'delivery.requests.v1',
  partition: 0,
  offset: String(offset),
  key: Buffer.from(webhookId),
  value: Buffer.from('{}'),
  headers: {},
  timestamp: 0,
});

/** Every third request makes it full; nothing is stored before, but by `lingerMs`. */
function shelving({ lingerMs = 1e6, put }: { lingerMs?: number; put?: () => Promise<Set<number>> } = {}) {
  const stored: (readonly Bundle[])[] = [];
  let told = 0;
  const shelf = {
    put: (bundles: readonly Bundle[]) => {
      stored.push(bundles);
      return put?.() ?? Promise.resolve(new Set([0]));
    },
  };
  return { stored, told: () => told, shelving: new Shelving(shelf, { lingerMs, batchSize: 3 }, () => (told += 1)) };
}
const offsets = (bundles: readonly Bundle[] | undefined): [string, string[]][] =>
  (bundles ?? []).map(({ webhookId, records }) => [webhookId, records.map(({ offset }) => offset)]);

test('what comes within a moment is stored at once, by webhook, and of a lost claim nothing is', async () => {
  const { shelving: one, stored, told } = shelving();
  const results = await Promise.all([
    one.shelve(claim(0), [record(hanging, 1)]),
    one.shelve(claim(1), [record(failing, 7)]),
    one.shelve(claim(0), [record(hanging, 2)]),
  ]);
  expect(stored).toHaveLength(1);
  expect(offsets(stored[0])).toEqual([
    [hanging, ['1', '2']],
    [failing, ['7']],
  ]);
  expect(results).toEqual([true, false, true]);
  expect(told()).toBe(1);
});

test('who comes alone waits no longer than the linger', async () => {
  const { shelving: one, stored } = shelving({ lingerMs: 1 });
  expect(await one.shelve(claim(0), [record(hanging, 1)])).toBe(true);
  expect(await one.shelve(claim(0), [record(hanging, 2)])).toBe(true);
  expect(stored.map(offsets)).toEqual([[[hanging, ['1']]], [[hanging, ['2']]]]);
});

test('a fault of PostgreSQL is told to everybody who waits, and what comes next is stored anew', async () => {
  let isAway = true;
  const put = () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(new Set([0])));
  const { shelving: one, told } = shelving({ lingerMs: 1, put });
  const both = [one.shelve(claim(0), [record(hanging, 1)]), one.shelve(claim(0), [record(failing, 2)])];
  await expect(Promise.allSettled(both)).resolves.toMatchObject([
    { reason: { message: 'away' } },
    { status: 'rejected' },
  ]);
  // It may have stored them and not been able to say so.
  expect(told()).toBe(1);
  isAway = false;
  expect(await one.shelve(claim(0), [record(hanging, 1)])).toBe(true);
});
