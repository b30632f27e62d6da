import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TABLE_TOPICS } from '@signet/contracts';
import { deleteTopics, ensureTopics, RecordProducer, removeRecords, setTopicConfig } from '@signet/kafka';
import { TEST_INSTALLATION, testBrokers } from '@signet/testing';
import type { SeenTables } from './generation.policy.ts';
import { TableTopics } from './table-topics.ts';

const client = { brokers: testBrokers(), clientId: 'tables-test', prefix: `beat-${randomUUID().slice(0, 8)}.` };
const TOPIC = TABLE_TOPICS[1]?.name ?? '';
const producer = new RecordProducer({ client, name: 'tables-test' });
const topics = new TableTopics(client, producer, TEST_INSTALLATION);
const mark = (beat: number) => ({ generation: 1, beat, at: '2026-03-01T10:00:00Z' });

/** Puts an entry on each topic, as the relay does. */
async function publishEntries(): Promise<SeenTables['topics']> {
  await topics.prepare(new AbortController().signal);
  const before = await topics.bounds();
  for (const { name } of TABLE_TOPICS) await producer.publish(name, { key: 'entry', value: '{}', partition: 0 });
  return before;
}
const marks = async (): Promise<unknown[]> => {
  const found = await topics.marksFrom(await topics.bounds(), {}, new AbortController().signal);
  return TABLE_TOPICS.map(({ name }) => found.get(name)?.beat);
};
const everywhere = <T>(value: T): T[] => TABLE_TOPICS.map(() => value);

beforeAll(() => ensureTopics(client, TABLE_TOPICS));
afterAll(() => producer.close());

test('a heartbeat states where each topic began before its generation was published', async () => {
  const before = await publishEntries();
  const places = await topics.write(mark(1), before);
  for (const { name } of TABLE_TOPICS) {
    expect(places[name]?.begin).toBe(before.get(name)?.begin);
    expect(places[name]?.offset).toBeGreaterThan(before.get(name)?.end ?? Infinity);
  }
  expect(await marks()).toEqual(everywhere(1));
});

async function emptied(): Promise<void> {
  await setTopicConfig(client, TOPIC, 'cleanup.policy', 'delete');
  await removeRecords(client, TOPIC);
}
const deleted = (): Promise<void> => deleteTopics(client, [TOPIC]);
async function madeAnew(): Promise<void> {
  await deleted();
  await ensureTopics(client, TABLE_TOPICS);
}

test.each([
  ['emptied', emptied, /first records were removed/],
  ['deleted', deleted, /is not there/],
  ['made anew', madeAnew, /was made anew/],
])('nothing is called complete when a topic was %s between the look and the heartbeat', async (_how, lose, reason) => {
  await topics.write(mark(2), await publishEntries());
  const seen = await topics.bounds();
  await lose();
  await expect(topics.write(mark(3), seen)).rejects.toThrow(reason);
  const expected = everywhere<number | undefined>(2);
  expected[1] = undefined;
  expect(await marks()).toEqual(expected);
});
