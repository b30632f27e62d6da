import { expect, test } from '@jest/globals';
import type { Cost } from './cost.ts';
import { firstTouches, fullDayCost } from './full-day.policy.ts';

const BEGUN: Cost = {
  deliveries: 20_000,
  cpuSeconds: { registry: 0, ingestion: 0, delivery: 0, postgres: 0, kafka: 0, others: 0 },
  tableBytes: 3_000,
  scatteredBytes: 320,
  walBytes: 4_000,
  writes: 1,
  fsyncs: 0,
  kafkaBytes: {},
};
const FILLED = { recorded: 1_000_000, cost: { ...BEGUN, deliveries: 2_000, walBytes: 44_000, writes: 6 } };

test('nearly every insert into a large index is the first on its page, and few into a small one are', () => {
  expect(firstTouches(1, 1_000)).toBeCloseTo(1, 2);
  expect(firstTouches(1_000, 1_000)).toBeCloseTo(0.632, 3);
  expect(firstTouches(100_000, 1_000)).toBeCloseTo(0.01, 3);
});

test('the rarer the checkpoints, the fewer pages are written whole', () => {
  const each = (minutes: number): number => fullDayCost(BEGUN, FILLED, minutes * 60).firstPages;
  expect(each(1)).toBeGreaterThan(each(5));
  expect(each(5)).toBeGreaterThan(each(15));
  expect(each(15)).toBeGreaterThan(each(60));
});

test('the planned cost lies between that of an empty day and that which was measured with checkpoints close together', () => {
  const { walBytes, writes, tableBytes } = fullDayCost(BEGUN, FILLED, 900);
  expect(walBytes).toBeGreaterThan(BEGUN.walBytes);
  expect(walBytes).toBeLessThan(FILLED.cost.walBytes);
  expect((writes - 1) / 5).toBeCloseTo((walBytes - 4_000) / 40_000, 10);
  expect(tableBytes).toBe(BEGUN.tableBytes);
});
