import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { testBrokers, testTopic, waitFor } from '@signet/testing';
import { createKafka } from '../connection/client.ts';

const DISCONNECTED = 'The client has been disconnected.';

/** The sockets to Kafka since the test began. */
let sockets: Socket[];
let topic: string;
/** Called with the next socket. */
let onSocket = (): void => undefined;
const note = (message: unknown): void => {
  sockets.push((message as { socket: Socket }).socket);
  onSocket();
};
beforeEach(async () => {
  topic = await testTopic('closed');
  sockets = [];
  subscribe('net.client.socket', note);
});
afterEach(() => void unsubscribe('net.client.socket', note));

const kafka = () => createKafka({ brokers: testBrokers(), clientId: 'test' });
const untilAllAreClosed = (): Promise<unknown> =>
  waitFor(() => sockets.every(({ destroyed }) => destroyed), { what: 'all sockets to be closed' });

test('a disconnected client opens no connection for requests that are made afterwards', async () => {
  const admin = kafka().admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const before = sockets.length;
  await expect(admin.fetchTopicOffsets(topic)).rejects.toThrow(DISCONNECTED);
  expect(sockets).toHaveLength(before);
  await untilAllAreClosed();
});

test('a request that is made while the client waits for its last answers is refused, and the answers come', async () => {
  const admin = kafka().admin();
  await admin.connect();
  const last = admin.listTopics();
  // The request is on its way when the disconnect begins.
  await Promise.resolve();
  const disconnected = admin.disconnect();
  const late = Promise.allSettled([admin.fetchTopicOffsets(topic), admin.listGroups()]);
  await disconnected;
  expect((await late).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await last.catch((error: Error) => expect(error.message).toBe(DISCONNECTED));
  await untilAllAreClosed();
});

test('a connection that is being opened when the disconnect begins is closed', async () => {
  const producer = kafka().producer({ idempotent: true });
  const began = new Promise<void>((resolve) => (onSocket = resolve));
  const connecting = expect(producer.connect()).rejects.toThrow(DISCONNECTED);
  await began;
  await producer.disconnect();
  await connecting;
  await untilAllAreClosed();
});

test('a consumer that is disconnected while it joins its group leaves nothing open', async () => {
  const consumer = kafka().consumer({ groupId: topic, retry: { restartOnFailure: async () => false } });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  const running = consumer.run({ eachMessage: () => Promise.resolve() });
  await consumer.disconnect();
  await running;
  await untilAllAreClosed();
});

test('a consumer whose connections were closed by kafkajs itself, after an error, begins anew', async () => {
  let isOver = false;
  const retry = { initialRetryTime: 50, restartOnFailure: async () => !isOver };
  const consumer = kafka().consumer({ groupId: topic, retry });
  const restarts: boolean[] = [];
  consumer.on(consumer.events.CRASH, ({ payload: { restart } }) => void restarts.push(restart));
  let joins = 0;
  consumer.on(consumer.events.GROUP_JOIN, () => void (joins += 1));
  await consumer.connect();
  // Otherwise it would read from the end of the topic, which it asks for at some time after this.
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async () => {
      // As when a request is refused after a disconnect that another error has caused.
      const admin = kafka().admin();
      await admin.connect();
      await admin.disconnect();
      await admin.fetchTopicOffsets(topic);
    },
  });
  const producer = kafka().producer();
  await producer.connect();
  await producer.sendBatch({ topicMessages: [{ topic, messages: [{ value: 'x' }] }] });
  await waitFor(() => restarts.length > 0 && joins > 1, { what: 'the consumer to join once more' });
  expect(restarts.every(Boolean)).toBe(true);
  isOver = true;
  await Promise.all([consumer.disconnect(), producer.disconnect()]);
});

test('a client that is connected again works again', async () => {
  const admin = kafka().admin();
  await admin.connect();
  await admin.disconnect();
  // kafkajs ends the new socket, too, when the end of the former one comes after it.
  await untilAllAreClosed();
  await admin.connect();
  expect(await admin.fetchTopicOffsets(topic)).not.toEqual([]);
  await admin.disconnect();
  await untilAllAreClosed();
});
