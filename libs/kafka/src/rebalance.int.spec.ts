import { afterEach, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { testBrokers, testTopic, waitFor } from '@signet/testing';
import { KafkaBatchServer } from './consuming/batch-server.ts';
import type { KafkaBatchServerOptions } from './consuming/batch-server.ts';
import { RecordProducer } from './producing/producer.ts';
import type { BatchHandler } from './record.ts';

const client = { brokers: testBrokers(), clientId: 'test' };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const keep = <T extends { close(): Promise<void> }>(one: T): T => {
  open.push(one);
  return one;
};

interface Group {
  readonly topic: string;
  readonly groupId: string;
  readonly deadLetterTopic: string;
}

const group = async (partitions: number): Promise<Group> => ({
  topic: await testTopic('rebalance', { partitions }),
  deadLetterTopic: await testTopic('dead', { partitions: 1 }),
  groupId: `group-${randomUUID()}`,
});

async function member(
  { topic, groupId, deadLetterTopic }: Group,
  handler: BatchHandler,
  options: Partial<KafkaBatchServerOptions> = {},
): Promise<KafkaBatchServer> {
  const server = new KafkaBatchServer({
    client,
    groupId,
    deadLetterTopic,
    transportId: Symbol('test'),
    backoff: { firstMs: 5, longestMs: 20 },
    stopDeadlineMs: 100,
    ...options,
  });
  server.addHandler(topic, handler as never, true);
  await server.start();
  return keep(server);
}

async function publish(topic: string, values: readonly string[], partitions: number): Promise<void> {
  const producer = new RecordProducer({ client, name: 'test' });
  await producer.publishAll(
    topic,
    values.map((value, index) => ({ key: null, value, partition: index % partitions })),
  );
  await producer.close();
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

test('a partition that was full when the members changed is read on afterwards', async () => {
  const of = await group(2);
  const partitionsOf = [new Set<number>(), new Set<number>()];
  const seen = new Set<string>();
  let isStuck = true;
  const full = new Set<number>();
  const handler: BatchHandler = async ({ records, partition, signal }) => {
    full.add(partition);
    if (isStuck) return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    for (const { value } of records) seen.add(String(value));
  };
  const join = (index: number): Promise<KafkaBatchServer> =>
    member(of, handler, {
      maxInFlightRecords: 1,
      onAssigned: (assignment) => assignment[of.topic]?.forEach((partition) => partitionsOf[index]?.add(partition)),
    });
  await join(0);
  await publish(of.topic, numbers(10), 2);
  await waitFor(() => full.size === 2, { what: 'both partitions to be full' });
  isStuck = false;
  await join(1);
  await waitFor(() => seen.size === 10, { what: 'every record' });
});

test('no batch is handed over before its partition was taken, however the members change meanwhile', async () => {
  const of = await group(2);
  let take = (): void => undefined;
  const taken = new Promise<void>((resolve) => (take = resolve));
  let isTaken = false;
  let handedOverEarly = 0;
  const first = await member(
    of,
    async () => {
      if (!isTaken) handedOverEarly += 1;
    },
    { onAssigned: () => taken },
  );
  await waitFor(() => first.isReady(), { what: 'the first member' });
  const seen = new Set<string>();
  const second = await member(of, async ({ records }) => records.forEach(({ value }) => seen.add(String(value))));
  await waitFor(() => second.isReady(), { what: 'the second member' });
  await publish(of.topic, numbers(10), 2);
  await waitFor(() => seen.size === 5, { what: 'the records of the second member' });
  expect(handedOverEarly).toBe(0);
  isTaken = true;
  take();
});

test('a member hears of its partitions at every join: another member may have had them in between', async () => {
  const of = await group(2);
  const heard: (readonly number[])[] = [];
  const onAssigned = (assignment: Readonly<Record<string, readonly number[]>>): void =>
    void heard.push([...(assignment[of.topic] ?? [])].sort());
  await member(of, async () => undefined, { onAssigned });
  await waitFor(() => heard.length > 0, { what: 'the first join' });
  expect(heard).toEqual([[0, 1]]);
  const second = await member(of, async () => undefined);
  await waitFor(() => heard.at(-1)?.length === 1, { what: 'the second join' });
  await second.close();
  open.splice(open.indexOf(second), 1);
  await waitFor(() => heard.at(-1)?.length === 2, { what: 'the third join' });
  // Each assignment that the member got also names the partition that it kept.
  expect(heard.length).toBeGreaterThanOrEqual(3);
  expect(heard.at(-1)).toEqual([0, 1]);
});

test('a member has given up before another member gets its partitions, at a join and at a stop', async () => {
  const of = await group(2);
  const events: string[] = [];
  let giveUp = (): void => undefined;
  const first = await member(of, async () => undefined, {
    onGivingUp: () =>
      new Promise((resolve) => {
        events.push('asked');
        giveUp = resolve;
        if (!first?.isReady()) resolve();
      }),
  });
  await waitFor(() => first.isReady(), { what: 'the first member' });
  events.length = 0;
  const onAssigned = (assignment: Readonly<Record<string, readonly number[]>>): void =>
    void events.push(`taken ${assignment[of.topic]?.length}`);
  const joining = member(of, async () => undefined, { onAssigned });
  await waitFor(() => events.length > 0, { what: 'the first member to give up' });
  expect(events).toEqual(['asked']);
  giveUp();
  await joining;
  await waitFor(() => events.length > 1, { what: 'the second member to take' });
  expect(events).toEqual(['asked', 'taken 1']);

  await waitFor(() => first.isReady(), { what: 'the first member to be back' });
  const closed = first.close();
  open.splice(open.indexOf(first), 1);
  await waitFor(() => events.length > 2, { what: 'the first member to give up for good' });
  expect(events).toEqual(['asked', 'taken 1', 'asked']);
  giveUp();
  await closed;
  await waitFor(() => events.length > 3, { what: 'the second member to take what is left' });
  expect(events).toEqual(['asked', 'taken 1', 'asked', 'taken 2']);
});

test('members that stay keep the partitions that they had', async () => {
  const of = await group(6);
  const has = new Map<string, readonly number[]>();
  const join = (name: string): Promise<KafkaBatchServer> =>
    member(of, async () => undefined, { onAssigned: (assignment) => void has.set(name, assignment[of.topic] ?? []) });
  const sizes = (): string => [...has.values()].map(({ length }) => length).join();
  await join('a');
  await join('b');
  await waitFor(() => sizes() === '3,3', { what: 'two to share' });
  const before = new Map(has);
  await join('c');
  await waitFor(() => sizes() === '2,2,2', { what: 'three to share' });
  for (const name of ['a', 'b']) for (const kept of has.get(name) ?? []) expect(before.get(name)).toContain(kept);
});
