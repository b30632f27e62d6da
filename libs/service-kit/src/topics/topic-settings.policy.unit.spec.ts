import { expect, test } from '@jest/globals';
import type { TopicSettings } from '@signet/kafka';
import { faultsOf } from './topic-settings.policy.ts';

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const table = { name: 'registry.webhooks.v1', partitions: 1, cleanup: 'compact' as const };
const log = { name: 'ingestion.sale.v1', partitions: 6, cleanup: 'delete' as const, retentionMs: WEEK_MS };
const actual = (name: string, fields: Partial<TopicSettings> = {}): TopicSettings => ({
  name,
  partitions: name === table.name ? 1 : 6,
  replicationFactor: 3,
  cleanupPolicy: name === table.name ? 'compact' : 'delete',
  retentionMs: WEEK_MS,
  retentionBytes: -1,
  minInsyncReplicas: 2,
  ...fields,
});
const sentences = (expected: typeof table | typeof log, fields: Partial<TopicSettings>, brokers = 3) =>
  faultsOf(expected, actual(expected.name, fields), brokers);

test('a topic as Signet creates it has no faults, on one broker or on three', () => {
  expect(sentences(table, {})).toEqual([]);
  expect(sentences(log, { retentionMs: -1, partitions: 12 })).toEqual([]);
  expect(sentences(log, { replicationFactor: 1, minInsyncReplicas: 1 }, 1)).toEqual([]);
});

test.each(['delete', 'compact,delete'])('a table with cleanup.policy=%s would lose old entries', (cleanupPolicy) => {
  const [fault] = sentences(table, { cleanupPolicy });
  expect(fault).toMatchObject({ topic: table.name, losesData: true });
  expect(fault?.sentence).toContain('Set cleanup.policy=compact on it');
});

test('a log that is compacted would lose all but the last record of each key', () => {
  expect(sentences(log, { cleanupPolicy: 'compact' })).toMatchObject([{ losesData: true }]);
});

test.each<[Partial<TopicSettings>, RegExp]>([
  [{ retentionMs: 3_600_000 }, /retention\.ms=3600000; Signet expects 604800000 or more/],
  [{ retentionBytes: 1_000_000 }, /retention\.bytes=1000000: records may go before their time/],
  [{ partitions: 3 }, /has 3 partitions; Signet expects 6 or more/],
  [{ replicationFactor: 1, minInsyncReplicas: 1 }, /replication factor 1: give it 3/],
  [{ minInsyncReplicas: 1 }, /min\.insync\.replicas=1: what only one broker has is lost with it/],
  [{ minInsyncReplicas: 3 }, /nothing can be written while a broker is away/],
])('a setting that is risky and loses no data is named: %j', (fields, sentence) => {
  const faults = sentences(log, fields);
  expect(faults).toMatchObject([{ losesData: false }]);
  expect(faults[0]?.sentence).toMatch(sentence);
});

test('a table with more partitions is used on its first', () => {
  expect(sentences(table, { partitions: 6 })).toMatchObject([{ losesData: false }]);
});
