import { describe, expect, test } from '@jest/globals';
import { costsReport } from './costs-report.ts';
import { costsBetween } from './counts.ts';
import type { CostPart, CostReading, Counts } from './counts.ts';
import { kafkaCountsOfMetrics } from './kafka-counts.ts';

const reading = (at: number, parts: Partial<Record<CostPart, Record<string, Counts>>>): CostReading => ({
  at,
  parts: new Map(
    Object.entries(parts).map(([part, sources]) => [part as CostPart, new Map(Object.entries(sources))] as const),
  ),
});

test('requests to Kafka are read from the metrics of a service, by kind', () => {
  const metrics = [
    '# TYPE signet_kafka_requests_total counter',
    'signet_kafka_requests_total{kind="produce"} 12',
    'signet_kafka_requests_total{kind="fetch"} 3.5e3',
    'signet_kafka_offsets_lost_total 0',
  ].join('\n');
  expect(kafkaCountsOfMetrics(metrics)).toEqual({ 'Kafka: produce': 12, 'Kafka: fetch': 3_500 });
  expect(kafkaCountsOfMetrics('signet_kafka_offsets_lost_total 0')).toEqual({});
});

describe('the costs between two readings', () => {
  test('the sources of a part are added up', () => {
    const before = reading(1_000, {
      delivery: { metrics: { 'Kafka: fetch': 10 }, 'process 7': { 'read system calls': 100 } },
    });
    const after = reading(3_000, {
      delivery: { metrics: { 'Kafka: fetch': 25 }, 'process 7': { 'read system calls': 400 } },
    });
    expect(costsBetween(before, after)).toEqual({
      seconds: 2,
      costs: { delivery: { 'Kafka: fetch': 15, 'read system calls': 300 } },
    });
  });

  test('a process that began in between counts from 0, and one that has ended counts nothing', () => {
    const before = reading(0, {
      postgres: { 'process 1': { 'write system calls': 5 }, 'process 2': { 'write system calls': 50 } },
    });
    const after = reading(1, {
      postgres: { 'process 1': { 'write system calls': 8 }, 'process 3': { 'write system calls': 4 } },
    });
    expect(costsBetween(before, after).costs).toEqual({ postgres: { 'write system calls': 7 } });
  });

  test('what cannot be counted is missing, and not 0', () => {
    expect(costsBetween(reading(0, {}), reading(1, { gateway: { 'process 1': {} } })).costs).toEqual({ gateway: {} });
  });
});

describe('the report', () => {
  const spent = {
    part: 'kafka',
    seconds: 4,
    costs: {
      delivery: { 'Kafka: fetch': 800, 'event loop: turns': 40_000 },
      postgres: { 'PostgreSQL: WAL, bytes': 2_000_000 },
    },
    notes: ['The event loop of gateway is not counted: no inspector'],
  } as const;

  test('has what 1,000 messages and what a second cost, by process', () => {
    const text = costsReport(spent, { messages: 2_000, deliveries: 2_000 });
    expect(text).toContain('kafka: 2,000 messages, 2,000 deliveries in 4.0 s');
    expect(text).toMatch(/of 1,000 messages +delivery +postgres/);
    expect(text).toMatch(/Kafka: fetch +400 +–/);
    expect(text).toMatch(/PostgreSQL: WAL, bytes +– +1,000,000/);
    expect(text).toMatch(/a second +delivery +postgres/);
    expect(text).toMatch(/event loop: turns +10,000 +–/);
    expect(text).toContain('gateway is not counted');
    expect(text).not.toContain('Kafka: produce');
  });

  test('without messages has what a second cost only', () => {
    expect(costsReport(spent, { messages: 0, deliveries: 0 })).not.toContain('of 1,000 messages');
  });
});
