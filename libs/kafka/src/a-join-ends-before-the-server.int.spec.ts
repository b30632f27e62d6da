import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { testBrokers, testTopic, waitFor } from '@signet/testing';
import { withAdmin } from './topics/admin.ts';
import { KafkaBatchServer } from './consuming/batch-server.ts';

const client = { brokers: testBrokers(), clientId: 'test' };

async function newServer(groupId: string): Promise<KafkaBatchServer> {
  const topic = await testTopic('join', { partitions: 1 });
  const server = new KafkaBatchServer({ client, groupId, deadLetterTopic: topic, transportId: Symbol('test') });
  server.addHandler(topic, (async () => undefined) as never, true);
  return server;
}

const membersOf = (groupId: string): Promise<number> =>
  withAdmin(client, async (admin) => (await admin.describeGroups([groupId])).groups[0]?.members.length ?? 0);

test.each([
  ['has just begun', () => Promise.resolve()],
  ['is about to join', (server: KafkaBatchServer) => waitFor(() => server.unwrap(), { what: 'its consumer' })],
])('a server that is closed when it %s leaves no member in its group', async (_when, until) => {
  const groupId = `group-${randomUUID()}`;
  const server = await newServer(groupId);
  const starting = server.start();
  await until(server);
  await server.close();
  await starting;
  expect(await membersOf(groupId)).toBe(0);
});
