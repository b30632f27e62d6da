import { expect, test } from '@jest/globals';
import type { FullDayCost } from './full-day.policy.ts';
import { PLAN } from './plan.ts';
import { endsOfOnePrimary, fitsIntoMemory, ratesThatFit, sizesFor } from './sizes.policy.ts';

/** Round numbers, so that a person can follow. */
const COST: FullDayCost = {
  deliveries: 1,
  cpuSeconds: {
    registry: 0.00001,
    ingestion: 0.00006,
    delivery: 0.00012,
    postgres: 0.00006,
    kafka: 0.00003,
    others: 0,
  },
  tableBytes: 1_000,
  scatteredBytes: 100,
  walBytes: 2_000,
  writes: 0.1,
  fsyncs: 0.01,
  kafkaBytes: { 'ingestion.sale': 300, 'delivery.requests': 200 },
  firstPages: 0,
};
const AT_ONCE = { ...PLAN, answerSeconds: 0 };

test('a thousand deliveries a second fit into the least that there is', () => {
  expect(sizesFor(1_000, COST, AT_ONCE)).toEqual({
    perSecond: 1_000,
    partitions: 6,
    outcomePartitions: 6,
    replicas: { registry: 2, ingestion: 2, delivery: 2 },
    postgres: {
      cores: 1,
      walPerSecond: 2_000_000,
      writesPerSecond: 100,
      fsyncsPerSecond: 10,
      memoryBytes: 8_640_000_000,
      bytes: 7_776_000_000_000,
      connections: 98,
    },
    kafka: { cores: 3, bytesPerSecond: 1_500_000, bytes: 907_200_000_000 },
  });
});

test('a hundred thousand need a replica for each 0.6 seconds of CPU a second, and two partitions a replica', () => {
  const { partitions, replicas, postgres } = sizesFor(100_000, COST, AT_ONCE);
  expect({ partitions, replicas }).toEqual({ partitions: 40, replicas: { registry: 2, ingestion: 10, delivery: 20 } });
  expect(postgres).toMatchObject({ cores: 10, walPerSecond: 200_000_000, writesPerSecond: 10_000 });
});

test('where receivers are slow, the POSTs on the wire decide how many replicas there are', () => {
  // 100,000 a second of 2 s each are 200,000 on the wire; a replica is planned with 0.6 × 1,024.
  expect(sizesFor(100_000, COST, { ...PLAN, answerSeconds: 2 }).replicas.delivery).toBe(326);
});

test('the scarcest resource of one primary limits its rate', () => {
  const large = { cores: 100, memoryBytes: 1e18, walPerSecond: 1e8, writesPerSecond: 1e6, diskBytes: 1e18 };
  expect(endsOfOnePrimary(large, COST, PLAN)[0]).toEqual({ resource: 'WAL', perSecond: 50_000 });
  expect(endsOfOnePrimary({ ...large, cores: 1 }, COST, PLAN)[0]).toEqual({ resource: 'cores', perSecond: 10_000 });
});

test('a disk of 7.776 TB takes a thousand deliveries a second for 90 days, or ten times as many for nine', () => {
  const disk = { cores: 1e9, memoryBytes: 1e18, walPerSecond: 1e18, writesPerSecond: 1e18, diskBytes: 7.776e12 };
  expect(endsOfOnePrimary(disk, COST, PLAN)[0]).toEqual({ resource: 'disk', perSecond: 1_000 });
  expect(endsOfOnePrimary(disk, COST, { ...PLAN, retentionDays: 9 })[0]?.perSecond).toBeCloseTo(10_000);
});

test('8.64 GB of memory hold the indexes of a day with a thousand deliveries a second', () => {
  const memory = { cores: 1, memoryBytes: 8.64e9, walPerSecond: 1, writesPerSecond: 1, diskBytes: 1 };
  expect(fitsIntoMemory(memory, COST)).toBe(1_000);
});

test('only three quarters of a disk are counted', () => {
  // 1,000 B a delivery for 90 days, and 500 B for 7 days.
  const { postgres, kafka } = ratesThatFit(7.776e12, 3.024e11, COST, PLAN);
  expect(postgres).toBeCloseTo(750);
  expect(kafka).toBeCloseTo(750);
});
