import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { testBrokers, testTopic, waitFor } from '@signet/testing';
import { createKafka } from '../connection/client.ts';
import { GroupLags } from './group-lags.ts';
import { RecordProducer } from '../producing/producer.ts';

const client = { brokers: testBrokers(), clientId: 'test' };
const producer = new RecordProducer({ client, name: 'test' });
const admin = createKafka(client).admin();
const closing: { close(): Promise<void> }[] = [producer];
afterAll(async () => {
  await Promise.all(closing.map((one) => one.close()));
  await admin.disconnect();
});

let now: number;
let topic: string;
let group: string;
let lags: GroupLags;

beforeEach(async () => {
  await admin.connect();
  now = 0;
  topic = await testTopic('lag', { partitions: 2 });
  group = `lag-of-${topic}`;
  lags = new GroupLags(client, () => now);
  closing.push(lags);
});

const publish = (partition: number, count: number): Promise<void> =>
  producer.publishAll(
    topic,
    Array.from({ length: count }, () => ({ key: 'any', partition, value: Buffer.from('{}'), headers: {} })),
  );
const commit = (...offsets: readonly number[]): Promise<unknown> =>
  admin.setOffsets({
    groupId: group,
    topic,
    partitions: offsets.map((offset, partition) => ({ partition, offset: String(offset) })),
  });

test('the lag of a group without members is what lies behind its committed offsets, and grows', async () => {
  await publish(0, 10);
  await commit(4);
  // On the second partition nothing is committed: all its records count.
  await publish(1, 3);
  expect(await lags.read(group)).toEqual([{ group, topic, records: 9, stalledMs: 0 }]);
  await publish(1, 7);
  expect(await lags.read(group)).toMatchObject([{ records: 16 }]);
});

test('one partition that does not move is seen beside one that does', async () => {
  await publish(0, 10);
  await publish(1, 10);
  await commit(2, 2);
  await lags.read(group);
  now = 60_000;
  await commit(5, 2);
  expect(await lags.read(group)).toEqual([{ group, topic, records: 13, stalledMs: 60_000 }]);
  now = 90_000;
  await commit(5, 9);
  // The first one has not moved for the last 30 s.
  expect(await lags.read(group)).toEqual([{ group, topic, records: 6, stalledMs: 30_000 }]);
  await commit(10, 10);
  expect(await lags.read(group)).toEqual([{ group, topic, records: 0, stalledMs: 0 }]);
});

test('a group that does not exist has no lag', async () => {
  expect(await lags.read('never-seen')).toEqual([]);
});

test('it asks again after Kafka did not answer', async () => {
  const unreachable = new GroupLags({ brokers: ['127.0.0.1:1'], clientId: 'test' });
  closing.push(unreachable);
  await expect(unreachable.read('any')).rejects.toThrow();
  await expect(unreachable.read('any')).rejects.toThrow();
});

test('a connection that is still being opened when the reading ends does not stay', async () => {
  const [host, port] = String(testBrokers()[0]).split(':');
  let opened = 0;
  let open = 0;
  const server = createServer((socket) => {
    opened += 1;
    open += 1;
    const broker = connect({ host: String(host), port: Number(port) });
    socket.pipe(broker).pipe(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        open -= 1;
        broker.destroy();
      });
    broker.on('error', () => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxied = new GroupLags({
    brokers: [`127.0.0.1:${(server.address() as AddressInfo).port}`],
    clientId: 'test',
  });
  const read = proxied.read('any').catch(() => undefined);
  await proxied.close();
  await read;
  await waitFor(() => opened > 0 && open === 0, { what: 'the connection to be closed' });
  server.close();
});
