import { afterAll, expect, test } from '@jest/globals';
import { testBrokers, testTopic } from '@signet/testing';
import { createKafka } from './client.ts';
import { GroupLags } from './group-lags.ts';
import { RecordProducer } from './producer.ts';

const client = { brokers: testBrokers(), clientId: 'test' };
const producer = new RecordProducer({ client, name: 'test' });
const closing: { close(): Promise<void> }[] = [producer];
afterAll(() => Promise.all(closing.map((one) => one.close())));

test('the lag of a group without members is what lies behind its committed offsets, and grows', async () => {
  const topic = await testTopic('lag', { partitions: 2 });
  const group = `lag-of-${topic}`;
  const publish = (count: number): Promise<void> =>
    producer.publishAll(
      topic,
      Array.from({ length: count }, (_, n) => ({ key: `${n}`, value: Buffer.from('{}'), headers: {} })),
    );
  await publish(10);
  const admin = createKafka(client).admin();
  await admin.connect();
  const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
    partition,
    offset: String(Math.max(0, Number(high) - 1)),
  }));
  await admin.setOffsets({ groupId: group, topic, partitions });
  await admin.disconnect();
  const behind = partitions.filter(({ offset }) => offset !== '0').length || 1;

  const lags = new GroupLags(client, [group, `${group}-that-does-not-exist`]);
  closing.push(lags);
  const [before, ...others] = await lags.read();
  expect(others).toEqual([]);
  expect(before).toMatchObject({ group, topic });
  expect(before?.records).toBeGreaterThanOrEqual(behind);
  await publish(7);
  expect(await lags.read()).toEqual([{ group, topic, records: (before?.records ?? 0) + 7 }]);
});

test('it asks again after Kafka did not answer', async () => {
  const lags = new GroupLags({ brokers: ['127.0.0.1:1'], clientId: 'test' }, ['any']);
  closing.push(lags);
  await expect(lags.read()).rejects.toThrow();
  await expect(lags.read()).rejects.toThrow();
});
