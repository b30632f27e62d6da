import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OutgoingRecord } from '../record.ts';
import { sizeOf } from './record-size.ts';
import { SendQueue } from './send-queue.ts';
import type { Queued, Slice } from './send-queue.ts';

const record = (key: string, bytes = 10): OutgoingRecord => ({ key, value: Buffer.alloc(bytes) });
const item = (records: readonly OutgoingRecord[]): Queued => ({
  topic: 'orders',
  records,
  taken: 0,
  resolve: () => undefined,
  reject: () => undefined,
});
const keysOf = (slices: readonly Slice[]): string[] =>
  slices.flatMap(({ records }) => records.map(({ key }) => String(key)));
const many = (key: string, count: number): OutgoingRecord[] => Array.from({ length: count }, () => record(key));

test('a lane with one record goes with the next request, however much waits before it', () => {
  const queue = new SendQueue({ records: 10, bytes: 10_000 });
  queue.add('loud', item(many('loud', 100)));
  queue.add('quiet', item([record('quiet')]));
  const keys = keysOf(queue.next());
  expect(keys).toHaveLength(10);
  expect(keys).toContain('quiet');
});

test('with more lanes than a request has records, each has its turn', () => {
  const queue = new SendQueue({ records: 4, bytes: 10_000 });
  for (let lane = 0; lane < 10; lane += 1) queue.add(`lane-${lane}`, item(many(`lane-${lane}`, 50)));
  const keys = new Set([1, 2, 3].flatMap(() => keysOf(queue.next())));
  expect(keys.size).toBe(10);
});

test('a record that is larger than its lane’s part of a request goes all the same, and one larger than any request goes alone', () => {
  const queue = new SendQueue({ records: 100, bytes: 1_000 });
  queue.add('a', item(many('a', 100)));
  queue.add('b', item([record('b', 600)]));
  queue.add('c', item([record('c', 5_000)]));
  const requests: string[][] = [];
  while (!queue.isEmpty) requests.push(keysOf(queue.next()));
  expect(requests[0]).toContain('b');
  expect(requests).toContainEqual(['c']);
  expect(requests.flat()).toHaveLength(102);
});

test('what is removed is not sent', () => {
  const queue = new SendQueue({ records: 2, bytes: 10_000 });
  const first = item(many('a', 5));
  queue.add('', first);
  queue.add('', item([record('b')]));
  queue.next();
  queue.remove(new Set([first]));
  expect(queue.records).toBe(1);
  expect(keysOf(queue.next())).toEqual(['b']);
  expect(queue.isEmpty).toBe(true);
});

test('whatever is added: each record goes once, within the limits, and each lane keeps its order', () => {
  const adds = fc.array(
    fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.array(fc.nat(400), { minLength: 1, maxLength: 9 })),
  );
  fc.assert(
    fc.property(adds, (all) => {
      const limits = { records: 5, bytes: 1_000 };
      const queue = new SendQueue(limits);
      let count = 0;
      for (const [lane, sizes] of all)
        queue.add(lane, item(sizes.map((bytes) => record(`${lane}/${String(count++).padStart(6, '0')}`, bytes))));
      expect(queue.records).toBe(count);
      const sent: string[] = [];
      while (!queue.isEmpty) {
        const slices = queue.next();
        const records = slices.flatMap((slice) => slice.records);
        expect(records.length).toBeGreaterThan(0);
        expect(records.length).toBeLessThanOrEqual(limits.records);
        const bytes = records.reduce((sum, one) => sum + sizeOf(one), 0);
        expect(records.length === 1 || bytes <= limits.bytes).toBe(true);
        sent.push(...keysOf(slices));
      }
      expect(queue.records).toBe(0);
      expect(sent).toHaveLength(count);
      for (const lane of ['a', 'b', 'c']) {
        const ofLane = sent.filter((key) => key.startsWith(lane));
        expect(ofLane).toEqual([...ofLane].sort());
      }
    }),
  );
});
