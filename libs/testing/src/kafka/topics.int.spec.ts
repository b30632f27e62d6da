import { expect, test } from '@jest/globals';
import { RecordProducer } from '@signet/kafka';
import { consume } from './consume.ts';
import { testBrokers, testTopic } from './topics.ts';

test('a test has a topic of its own and reads from its beginning what was produced', async () => {
  const [topic, other] = await Promise.all([testTopic('story', { partitions: 2 }), testTopic('story')]);
  expect(topic).not.toBe(other);
  const producer = new RecordProducer({ client: { brokers: testBrokers(), clientId: 'test' }, name: 'test' });
  await producer.connect();
  const records = ['a', 'b', 'c'].map((key) => ({ key, value: `value of ${key}` }));
  await producer.publishAll(topic, records);
  await producer.close();
  const byCount = await consume(topic, { until: 3 });
  expect(byCount.map(({ value }) => String(value)).sort()).toEqual(['value of a', 'value of b', 'value of c']);
  const byCondition = await consume(topic, { until: (seen) => seen.some(({ key }) => String(key) === 'c') });
  expect(byCondition.map(({ key }) => String(key))).toContain('c');
});
