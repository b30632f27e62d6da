import { expect, test } from '@jest/globals';
import type { GenerationRecord } from '@signet/contracts';
import { TablePass } from './table-pass.policy.ts';

const mark = (generation: number, begin = 0): GenerationRecord => ({
  generation,
  beat: 1,
  at: '2026-03-01T10:00:00Z',
  begin,
});

test('an empty topic is not a complete table; a topic whose mark says that it is complete is', () => {
  const pass = new TablePass();
  expect(pass.completeGeneration(0n)).toBeUndefined();
  pass.takeMark(mark(1));
  expect(pass.completeGeneration(0n)).toBe(1);
});

test('a table of which a later generation has begun is complete when that is', () => {
  const pass = new TablePass();
  pass.take('a', false, 1);
  pass.takeMark(mark(1));
  pass.take('a', false, 2);
  expect(pass.completeGeneration(0n)).toBeUndefined();
  pass.takeMark(mark(2));
  expect(pass.completeGeneration(0n)).toBe(2);
});

test('a key that only an earlier generation had does not belong to the table, nor does one with a tombstone', () => {
  const pass = new TablePass();
  pass.take('old', false, 1);
  pass.take('kept', false, 1);
  pass.take('deleted', false, 2);
  pass.take('kept', false, 2);
  pass.take('deleted', true, 2);
  pass.takeMark(mark(2));
  expect(['old', 'kept', 'deleted'].map((key) => pass.has(key, 2))).toEqual([false, true, false]);
});

test('entries that an earlier version writes without a generation belong to the present generation', () => {
  const pass = new TablePass();
  pass.take('a', false);
  pass.take('b', false, 7);
  pass.takeMark(mark(7));
  expect(pass.take('c', false)).toBe(7);
  expect(['a', 'b', 'c'].map((key) => pass.has(key, 7))).toEqual([false, true, true]);
});

test('a topic whose first records were removed is not complete, whatever its last record says', () => {
  const pass = new TablePass();
  pass.takeMark(mark(1, 0));
  expect(pass.completeGeneration(50n)).toBeUndefined();
  pass.takeMark(mark(2, 50));
  expect(pass.completeGeneration(50n)).toBe(2);
});

test('a mark of an earlier generation, from a replica that was late, changes nothing', () => {
  const pass = new TablePass();
  pass.takeMark(mark(2));
  pass.takeMark(mark(1));
  expect(pass.completeGeneration(0n)).toBe(2);
});
