import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bundleRecord, CONSUMER_GROUPS, DELIVERY_REQUESTS, TOPICS, writeFormats } from '@signet/contracts';
import { committedOffsets, ensureTopics, KafkaBatchServer, RecordProducer, topicEnds } from '@signet/kafka';
import type { KafkaRecord } from '@signet/kafka';
import { testBrokers, waitFor } from '@signet/testing';
import pg from 'pg';
import { packedRecords } from '../shelf/shelved-records.ts';
import { StoredDeliveries } from '../testing/stored-deliveries.ts';
import { checkFormats } from './check-formats.ts';

const WEBHOOK = '0190a5c7-2f2c-7c4e-9d7e-1f0d3a5b6c7d';
const kafka = {
  brokers: testBrokers(),
  clientId: 'delivery.check',
  prefix: `formats-${randomBytes(4).toString('hex')}.`,
};

let stored: StoredDeliveries;
let client: pg.Client;
let producer: RecordProducer;
beforeAll(async () => {
  stored = await StoredDeliveries.create();
  client = new pg.Client({ connectionString: stored.url });
  producer = new RecordProducer({ client: kafka, name: 'test' });
  await client.connect();
});
afterAll(async () => {
  await Promise.all([client.end(), producer.close()]);
  await stored.close();
});

const bundleOf = (format: number) =>
  bundleRecord(
    { id: WEBHOOK, tenantId: 'antwerp' },
    [{ json: '{"messageId":"s-1"}', body: Buffer.from('{}') }],
    format,
  );
const publish = (format: number): Promise<void> => producer.publish(DELIVERY_REQUESTS, bundleOf(format));
/** The check's sentences about unread requests. */
const unread = async (formats = writeFormats()) => (await checkFormats(client, kafka, formats)).at(-1);

const NONE = { check: 'write-formats', result: 'ok', told: expect.stringContaining('Every unread request') as unknown };
const FOUND = expect.stringContaining('request-bundles=2: the version before would set them aside') as unknown;

/** Reads the topic to its end as delivery does, and commits. */
async function takeAll(): Promise<void> {
  const server = new KafkaBatchServer({
    client: kafka,
    groupId: CONSUMER_GROUPS.dispatch,
    transportId: Symbol('test'),
    deadLetterTopic: DELIVERY_REQUESTS,
  });
  server.addHandler(DELIVERY_REQUESTS, (async () => undefined) as never, true);
  await server.start();
  const ends = await topicEnds(kafka, [DELIVERY_REQUESTS]);
  const partitions = [...ends.keys()].map((place) => Number(place.split('/').at(-1)));
  const isTaken = async (): Promise<boolean> => {
    const committed = await committedOffsets(kafka, CONSUMER_GROUPS.dispatch, DELIVERY_REQUESTS, partitions);
    return partitions.every((partition) => committed.get(partition) === ends.get(`${DELIVERY_REQUESTS}/${partition}`));
  };
  await waitFor(isTaken, { what: 'everything to be read' });
  await server.close();
}

test('before the first start there is nothing', async () => expect(await unread()).toMatchObject(NONE));

test('a request of the new format on Kafka is reported until it is read', async () => {
  await ensureTopics(
    kafka,
    TOPICS.filter(({ name }) => name === DELIVERY_REQUESTS),
    1,
  );
  await publish(1);
  expect(await unread()).toMatchObject(NONE);
  await publish(2);
  expect(await unread()).toMatchObject({ result: 'warning', told: FOUND });
  // While it is written that is as it should be.
  expect(await unread(writeFormats({ 'request-bundles': 2 }))).toMatchObject({ result: 'ok', told: FOUND });
  await takeAll();
  await publish(1);
  expect(await unread()).toMatchObject(NONE);
});

test('a request of the new format on the shelf is reported until it is taken back, also behind other rows', async () => {
  const shelve = async (requests: Buffer): Promise<void> =>
    void (await client.query(
      'insert into delivery.shelved_requests (partition, webhook_id, count, requests) values (0, $1, 1, $2)',
      [WEBHOOK, requests],
    ));
  const recordOf = (format: number): KafkaRecord => {
    const { key, value, headers } = bundleOf(format);
    const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]);
    return {
      topic: DELIVERY_REQUESTS,
      partition: 0,
      offset: '1',
      timestamp: 0,
      key: Buffer.from(key),
      value,
      headers: Object.fromEntries(bytes) as KafkaRecord['headers'],
    };
  };
  await shelve(Buffer.from('no records'));
  for (let row = 0; row < 25; row++) await shelve(packedRecords([recordOf(1)]));
  expect(await unread()).toMatchObject(NONE);
  await shelve(packedRecords([recordOf(1), recordOf(2)]));
  expect(await unread()).toMatchObject({ result: 'warning', told: FOUND });
  await client.query('delete from delivery.shelved_requests');
  expect(await unread()).toMatchObject(NONE);
});
