import { expect, test } from '@jest/globals';
import { tablesOf, topicsOf } from './topics-of.ts';
import { TOPICS } from './topics.ts';
import type { SignetTopic } from './topics.ts';

const names = (topics: readonly SignetTopic[]): string[] => topics.map(({ name }) => name);
const TABLES = ['registry.webhooks.v1', 'registry.tenants.v1', 'registry.api-keys.v1'];

test('a service creates what it sends to and reads, and waits for the tables of the registry', () => {
  const ingestion = names(topicsOf('ingestion'));
  expect(ingestion).toContain('ingestion.sale.v1');
  for (const topic of ['delivery.requests.v1', 'registry.dead-letter.v1', ...TABLES])
    expect(ingestion).not.toContain(topic);
  expect(names(tablesOf('ingestion'))).toEqual(TABLES);
});

test('only the registry creates tables, and it waits for none', () => {
  expect(names(topicsOf('registry'))).toEqual(expect.arrayContaining(TABLES));
  expect(tablesOf('registry')).toEqual([]);
});

test('the three services together need every topic', () => {
  const needed = new Set((['registry', 'ingestion', 'delivery'] as const).flatMap((one) => names(topicsOf(one))));
  expect([...needed].toSorted()).toEqual(names(TOPICS).toSorted());
});
