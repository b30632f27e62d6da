import { expect, test } from '@jest/globals';
import type { CostOfDelivery } from './sizes.ts';
import { endOfOnePrimary, sizesFor } from './sizes.ts';

/** Round numbers, so that a person can follow. */
const cost: CostOfDelivery = {
  cpuSeconds: { registry: 0.000_01, ingestion: 0.000_06, delivery: 0.000_12, postgres: 0.000_06, kafka: 0.000_03 },
  tableBytes: 1_000,
  walBytes: 2_000,
  writes: 0.1,
  kafkaBytes: 500,
};

test('a thousand deliveries a second fit into the least that there is', () => {
  expect(sizesFor(1_000, cost)).toEqual({
    perSecond: 1_000,
    partitions: 6,
    replicas: { registry: 2, ingestion: 2, delivery: 2 },
    postgres: { cores: 1, walPerSecond: 2_000_000, writesPerSecond: 100, bytes: 7_776_000_000_000 },
    kafka: { cores: 1, bytesPerSecond: 1_500_000, bytes: 907_200_000_000 },
  });
});

test('a hundred thousand need a replica for each 0.6 seconds of CPU a second, and two partitions a replica', () => {
  const { partitions, replicas, postgres } = sizesFor(100_000, cost);
  expect({ partitions, replicas }).toEqual({ partitions: 40, replicas: { registry: 2, ingestion: 10, delivery: 20 } });
  expect(postgres).toMatchObject({ cores: 10, walPerSecond: 200_000_000, writesPerSecond: 10_000 });
});

test('one primary ends with what it has least of', () => {
  const large = { cores: 100, walPerSecond: 100_000_000, writesPerSecond: 1e6, bytes: 1e18 };
  expect(endOfOnePrimary(large, cost)).toEqual({ because: 'WAL', perSecond: 50_000 });
  expect(endOfOnePrimary({ ...large, cores: 1 }, cost)).toEqual({ because: 'cores', perSecond: 10_000 });
});
