import { expect, test } from '@jest/globals';
import { LONGEST_PREFIX } from '@signet/kafka';
import { loadSettings } from './load-settings.ts';
import { sharedSettings } from './shared-settings.ts';

const load = (environment: Record<string, string>) =>
  loadSettings(
    { ...sharedSettings.kafka, ...sharedSettings.sources },
    { SIGNET_KAFKA_BROKERS: 'kafka:9092', ...environment },
  );

test('without it there is no prefix', () => expect(load({}).SIGNET_PREFIX).toBe(''));

test.each(['acme.', 'team-a_b.', 'x'.repeat(LONGEST_PREFIX)])('"%s" is a prefix', (prefix) =>
  expect(load({ SIGNET_PREFIX: prefix }).SIGNET_PREFIX).toBe(prefix),
);

test.each(['acme/', 'a b', 'ä.', 'x'.repeat(LONGEST_PREFIX + 1)])('"%s" is none', (prefix) =>
  expect(() => load({ SIGNET_PREFIX: prefix })).toThrow(/^SIGNET_PREFIX must be at most \d+ letters, digits, dots/),
);

test.each([
  ['', 'ingestion.sale.v1'],
  ['acme.', 'ingestion.sale.v1'],
  ['acme.', 'acme.ingestion.sale.v1'],
])('with the prefix "%s", %s is no source topic', (prefix, topic) =>
  expect(() => load({ SIGNET_PREFIX: prefix, SIGNET_SOURCE_TOPICS: `shop.sale,${topic}` })).toThrow(
    `SIGNET_SOURCE_TOPICS must name topics of producers, but ${topic} is Signet's own.`,
  ),
);

test('topics of an installation with another prefix may be source topics', () => {
  const topics = ['other.ingestion.sale.v1'];
  expect(load({ SIGNET_PREFIX: 'acme.', SIGNET_SOURCE_TOPICS: topics.join(',') }).SIGNET_SOURCE_TOPICS).toEqual(topics);
});
