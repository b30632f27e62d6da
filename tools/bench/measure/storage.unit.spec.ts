import { expect, test } from '@jest/globals';
import { storageFigures } from './storage.ts';

const used = (factor: number) => ({
  walBytes: 1_000 * factor,
  tableBytes: 2_000 * factor,
  scatteredBytes: 600 * factor,
  writes: 30 * factor,
  fsyncs: 10 * factor,
  kafkaBytes: { 'delivery.requests': 500 * factor, 'registry.webhooks': factor },
});

test('the bytes written between two readings are divided by the deliveries; topics with next to none are left out', () => {
  const figures = storageFigures(
    used(1),
    { ...used(3), kafkaBytes: { ...used(3).kafkaBytes, 'ingestion.sale': 800 } },
    100,
  );
  expect(figures.map(({ name, value }) => [name, value])).toEqual([
    ['PostgreSQL, tables and indexes per delivery', 40],
    ['PostgreSQL, indexes by id and subject per delivery', 12],
    ['PostgreSQL, WAL per delivery', 20],
    ['PostgreSQL, writes per delivery', 0.6],
    ['PostgreSQL, fsyncs per delivery', 0.2],
    ['Kafka, delivery.requests per delivery', 10],
    ['Kafka, ingestion.sale per delivery', 8],
  ]);
});
