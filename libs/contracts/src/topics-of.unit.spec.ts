import { expect, test } from '@jest/globals';
import { topicsOf } from './topics-of.ts';
import { TOPICS } from './topics.ts';

const namesOf = (service: Parameters<typeof topicsOf>[0]): string[] => topicsOf(service).map(({ name }) => name);

test('a service needs what it sends to, what it reads, and what says whose Kafka it is', () => {
  const ingestion = namesOf('ingestion');
  expect(ingestion).toEqual(
    expect.arrayContaining(['ingestion.sale.v1', 'registry.tenants.v1', 'registry.webhooks.v1']),
  );
  expect(ingestion).not.toContain('delivery.requests.v1');
  expect(ingestion).not.toContain('registry.dead-letter.v1');
});

test('the three services together need every topic', () => {
  const needed = new Set((['registry', 'ingestion', 'delivery'] as const).flatMap(namesOf));
  expect([...needed].toSorted()).toEqual(TOPICS.map(({ name }) => name).toSorted());
});
