import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { deleteTopics, ensureTopics, listTopics, RecordProducer } from '@signet/kafka';
import { testBrokers, testTopic } from '@signet/testing';
import { TestIngestion } from './testing/ingestion.ts';
import { overHttp, overKafka, saleOf } from './testing/sales.ts';

const kafka = { brokers: testBrokers(), clientId: 'test' };
const unique = (): string => randomBytes(6).toString('hex');
let ingestion: TestIngestion;
afterEach(() => ingestion.stop());

const startWith = async (...sources: string[]): Promise<string> => {
  ingestion = await TestIngestion.start({
    sourceTopic: sources[0]!,
    settings: { SIGNET_SOURCE_TOPICS: sources.join(',') },
  });
  return ingestion.newTenant();
};
const arrivesFrom = async (topic: string, tenant: string): Promise<void> => {
  const event = saleOf(tenant);
  // A new producer: kafkajs' producer can no longer send anything once a topic that it has sent to has been deleted.
  const producer = new RecordProducer({ client: kafka, name: 'test' });
  await producer.publish(topic, overKafka.binary(event));
  await producer.close();
  await (await ingestion.canonical()).record(`${tenant}/${event.subject}`);
};
const unread = async (): Promise<string | undefined> =>
  /^signet_ingestion_source_topics_unread (\d+)$/m.exec(
    await (await fetch(`${ingestion.service.managementUrl}/metrics`)).text(),
  )?.[1];

test('a topic that does not exist at the start is created, and its first event is read', async () => {
  const [there, later] = [await testTopic('shop.sale'), `shop.later.${unique()}`];
  const tenant = await startWith(there, later);
  expect(await listTopics(kafka)).toContain(later);
  await arrivesFrom(later, tenant);
  await arrivesFrom(there, tenant);
});

test('a topic that Kafka refuses to create blocks neither the other topics nor HTTP, and is read from its first event once it exists', async () => {
  const name = unique();
  // Kafka creates no topic whose name differs from an existing one only in a dot instead of an underscore.
  const [inTheWay, refused] = [`shop_refused_${name}`, `shop.refused.${name}`];
  await ensureTopics(kafka, [{ name: inTheWay, partitions: 1 }]);
  const there = await testTopic('shop.sale');
  const tenant = await startWith(there, refused);
  expect(await listTopics(kafka)).not.toContain(refused);
  expect(await unread()).toBe('1');
  await arrivesFrom(there, tenant);
  const event = saleOf(tenant);
  const { key } = await ingestion.newKey();
  expect((await ingestion.post(overHttp.structured(event), key)).status).toBe(202);

  await deleteTopics(kafka, [inTheWay]);
  await ensureTopics(kafka, [{ name: refused, partitions: 3 }]);
  await arrivesFrom(refused, tenant);
  await arrivesFrom(there, tenant);
  expect(await unread()).toBe('0');
});

test('if no source topic exists, ingestion takes events over HTTP', async () => {
  const name = unique();
  await ensureTopics(kafka, [{ name: `shop_refused_${name}`, partitions: 1 }]);
  const tenant = await startWith(`shop.refused.${name}`);
  const { key } = await ingestion.newKey();
  expect((await ingestion.post(overHttp.binary(saleOf(tenant)), key)).status).toBe(202);
});

test('a topic that is deleted blocks the others for some seconds at most, and is read again when it is back', async () => {
  const [there, deleted] = [await testTopic('shop.sale'), await testTopic('shop.deleted')];
  const tenant = await startWith(there, deleted);
  await arrivesFrom(deleted, tenant);
  await deleteTopics(kafka, [deleted]);
  await arrivesFrom(there, tenant);
  await ensureTopics(kafka, [{ name: deleted, partitions: 2 }]);
  await arrivesFrom(deleted, tenant);
  await arrivesFrom(there, tenant);
});
