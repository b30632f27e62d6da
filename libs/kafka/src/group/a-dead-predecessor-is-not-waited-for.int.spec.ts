import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { testBrokers, testTopic, waitFor } from '@signet/testing';
import { KafkaBatchServer } from '../consuming/batch-server.ts';
import { RecordProducer } from '../producing/producer.ts';

const client = { brokers: testBrokers(), clientId: 'test' };
/** Far longer than the test waits for anything: a membership that is not ended lasts longer than the test. */
const SESSION_MS = 300_000;
const LIBRARY = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

/** A member in a process of its own; it prints `joined` once it reads its topic. */
const MEMBER = `
  const { KafkaBatchServer } = await import(${JSON.stringify(LIBRARY)});
  const { topic, ...options } = JSON.parse(process.env.MEMBER);
  const server = new KafkaBatchServer({ ...options, transportId: Symbol(), onAssigned: () => console.log('joined') });
  server.addHandler(topic, async () => undefined, true);
  await server.start();
`;

let first: ChildProcess | undefined;
let second: KafkaBatchServer | undefined;
afterEach(async () => {
  first?.kill('SIGKILL');
  await second?.close();
});

async function groupOfOne(place: string) {
  const common = {
    client,
    groupId: `group-${randomUUID()}`,
    deadLetterTopic: await testTopic('dead', { partitions: 1 }),
    sessionTimeoutMs: SESSION_MS,
  };
  const topic = await testTopic('predecessor', { partitions: 2 });
  first = spawn(process.execPath, ['--input-type=module', '--eval', MEMBER], {
    env: { ...process.env, MEMBER: JSON.stringify({ ...common, topic, place }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (first.stdout) await once(first.stdout, 'data');
  return { common, topic };
}

test('a process that starts where a dead one ran has its partitions at once', async () => {
  const { common, topic } = await groupOfOne('here');
  first?.kill('SIGKILL');
  const read: string[] = [];
  second = new KafkaBatchServer({ ...common, transportId: Symbol('test'), place: 'here' });
  second.addHandler(
    topic,
    (async ({ records }: { records: readonly { value: Buffer | null }[] }) => {
      read.push(...records.map(({ value }) => String(value)));
    }) as never,
    true,
  );
  await second.start();
  const producer = new RecordProducer({ client, name: 'test' });
  await producer.publishAll(topic, [
    { key: null, value: 'of 0', partition: 0 },
    { key: null, value: 'of 1', partition: 1 },
  ]);
  await producer.close();
  await waitFor(() => read.length === 2, { what: 'the records of both partitions', timeoutMs: 60_000 });
  expect(read.toSorted()).toEqual(['of 0', 'of 1']);
}, 90_000);
