import { expect, test } from '@jest/globals';
import { testBrokers, testTopic } from '@signet/testing';
import type { KafkaAdmin } from '../prefix/prefixed-admin.ts';
import { withAdmin } from './admin.ts';

const client = { brokers: testBrokers(), clientId: 'test' };
const answer = (type: string): Error => Object.assign(new Error(type), { type });

/** Fails with these answers in turn, and then reads the ends of the topic. */
function failingFirst(topic: string, types: readonly string[]) {
  const left = [...types];
  const connections = new Set<KafkaAdmin>();
  const work = async (admin: KafkaAdmin): Promise<number> => {
    connections.add(admin);
    const type = left.shift();
    if (type !== undefined) throw answer(type);
    return (await admin.fetchTopicOffsets(topic)).length;
  };
  return { work, connections };
}

test('a question about a partition whose leader moves is asked again, over a new connection', async () => {
  const topic = await testTopic('leaders', { partitions: 3 });
  const { work, connections } = failingFirst(topic, ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE']);
  expect(await withAdmin(client, work)).toBe(3);
  expect(connections.size).toBe(3);
});

test('it is given up after some seconds', async () => {
  const { work } = failingFirst(
    'none',
    Array.from({ length: 50 }, () => 'LEADER_NOT_AVAILABLE'),
  );
  await expect(withAdmin(client, work)).rejects.toThrow('LEADER_NOT_AVAILABLE');
});

test('other answers are not asked for again', async () => {
  const { work, connections } = failingFirst('none', ['TOPIC_AUTHORIZATION_FAILED']);
  await expect(withAdmin(client, work)).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
  expect(connections.size).toBe(1);
});
