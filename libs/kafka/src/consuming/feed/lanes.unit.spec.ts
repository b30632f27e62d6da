import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KafkaRecord } from '../../record.ts';
import { Lanes } from './lanes.ts';

const record = (lane: string, offset: number): KafkaRecord => ({
  topic: 'orders',
  partition: 0,
  offset: String(offset),
  key: Buffer.from(lane),
  value: Buffer.alloc(10),
  headers: {},
  timestamp: 0,
});
const laneOf = ({ key }: KafkaRecord): string => String(key);
const offsetsOf = (records: readonly KafkaRecord[]): number[] => records.map(({ offset }) => Number(offset));
const everyLane = (): boolean => true;

test('a lane with one record has its turn after one batch of the lane with many', () => {
  const lanes = new Lanes();
  lanes.add(
    [...Array.from({ length: 100 }, (_, n) => record('loud', n)), record('quiet', 100)],
    laneOf,
    () => undefined,
  );
  const turns = [1, 2, 3].map(() => lanes.next(everyLane, 10));
  expect(turns.map((turn) => [turn?.lane, turn?.records.length])).toEqual([
    ['loud', 10],
    ['quiet', 1],
    ['loud', 10],
  ]);
});

test('a lane that may not have a turn is passed over, and keeps its place', () => {
  const lanes = new Lanes();
  lanes.add([record('a', 0), record('b', 1)], laneOf, () => undefined);
  expect(lanes.next((lane) => lane !== 'a', 10)?.lane).toBe('b');
  expect(lanes.next((lane) => lane !== 'a', 10)).toBeUndefined();
  expect(lanes.next(everyLane, 10)?.lane).toBe('a');
});

test('nothing that was accepted without a record is waited for', () => {
  let isEnded = false;
  new Lanes().add([], laneOf, () => (isEnded = true));
  expect(isEnded).toBe(true);
});

test('whatever comes and in whatever turns: each record once, each lane in order, and an end only when all before are handled', () => {
  const fetches = fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }), { maxLength: 8 });
  fc.assert(
    fc.property(fetches, fc.integer({ min: 1, max: 7 }), fc.infiniteStream(fc.nat(5)), (all, limit, choices) => {
      const lanes = new Lanes();
      const handled = new Set<number>();
      let offset = 0;
      const turns: { lane: string; offsets: number[]; done: () => void }[] = [];
      const taken: { lane: string; offset: number }[] = [];
      const takeOne = (): boolean => {
        const turn = lanes.next(everyLane, limit);
        if (!turn) return false;
        const offsets = offsetsOf(turn.records);
        expect(offsets.length).toBeLessThanOrEqual(limit);
        taken.push(...offsets.map((one) => ({ lane: turn.lane, offset: one })));
        turns.push({ lane: turn.lane, offsets, done: turn.done });
        return true;
      };
      const endOne = (): void => {
        const [turn] = turns.splice(choices.next().value % Math.max(turns.length, 1), 1);
        turn?.offsets.forEach((one) => handled.add(one));
        turn?.done();
      };
      let ended = 0;
      for (const fetch of all) {
        const offsets = fetch.map(() => offset++);
        const end = (): void => {
          expect(offsets.every((one) => handled.has(one))).toBe(true);
          ended += 1;
        };
        lanes.add(
          fetch.map((lane, n) => record(lane, offsets[n]!)),
          laneOf,
          end,
        );
        for (let steps = choices.next().value; steps > 0; steps -= 1) takeOne();
        for (let steps = choices.next().value; steps > 0; steps -= 1) endOne();
      }
      while (takeOne());
      while (turns.length > 0) endOne();
      expect(ended).toBe(all.length);
      expect(lanes.bytes).toBe(0);
      for (const lane of ['a', 'b', 'c']) {
        const ofLane = taken.filter((one) => one.lane === lane).map((one) => one.offset);
        expect(ofLane).toEqual([...ofLane].sort((x, y) => x - y));
      }
      expect(taken).toHaveLength(offset);
    }),
  );
});
