import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CloudEvent } from 'cloudevents';
import { canonicalKey, eventIdOf, readCanonical } from '@signet/contracts';
import { TestIngestion } from './testing/ingestion.ts';
import { batchOf, overHttp, overKafka, saleOf } from './testing/sales.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const timeLimits = () => ({ now: Date.now(), retentionMs: 90 * 24 * 60 * 60 * 1000 });
let ingestion: TestIngestion;
let tenant: string;
let producer: string;
beforeAll(async () => {
  ingestion = await TestIngestion.start();
  tenant = await ingestion.newTenant();
  ({ key: producer } = await ingestion.newKey({ role: 'producer', tenantId: tenant }));
});
afterAll(() => ingestion.stop());

type Event = CloudEvent<unknown>;
const post = async (message: Parameters<TestIngestion['post']>[0]): Promise<void> => {
  const { status, json } = await ingestion.post(message, producer);
  expect({ status, json }).toMatchObject({ status: 202, json: { accepted: 1, results: [{ status: 'accepted' }] } });
};
const publish = (record: ReturnType<typeof overKafka.binary>) =>
  ingestion.producer.publish(ingestion.sourceTopic, record);

const MODES: [mode: string, send: (event: Event) => Promise<void>][] = [
  ['HTTP, binary', (event) => post(overHttp.binary(event))],
  ['HTTP, structured', (event) => post(overHttp.structured(event))],
  ['HTTP, batched', (event) => post(batchOf([event]))],
  ['Kafka, binary', (event) => publish(overKafka.binary(event))],
  ['Kafka, structured', (event) => publish(overKafka.structured(event))],
];

test.each(MODES)('an event of the SDK arrives as the same message: %s', async (_mode, send) => {
  const event = saleOf(tenant, { traceparent });
  await send(event);
  const { id, source, type, time, subject, data } = event;
  const key = canonicalKey({ tenantId: tenant, subject, id });
  const record = await (await ingestion.canonical()).record(key);
  expect(readCanonical(record.headers, record.value, timeLimits())).toEqual({
    message: {
      id,
      source,
      type,
      time,
      subject,
      tenantId: tenant,
      traceparent,
      data: Buffer.from(JSON.stringify(data)),
    },
  });
  expect(Object.fromEntries(Object.entries(record.headers).map(([name, value]) => [name, value?.toString()]))).toEqual({
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: type,
    ce_time: time,
    ce_subject: subject,
    ce_tenantid: tenant,
    ce_traceparent: traceparent,
    'content-type': 'application/json',
  });
});

test.each(MODES)('an event without subject and trace is keyed by its id: %s', async (_mode, send) => {
  const event = saleOf(tenant, { subject: undefined });
  await send(event);
  const record = await (await ingestion.canonical()).record(`${tenant}/${event.id}`);
  expect(readCanonical(record.headers, record.value, timeLimits())).toMatchObject({
    message: { id: event.id, tenantId: tenant },
  });
});

test('an id outside ASCII is one id: percent-encoded over HTTP, in structured mode, and as UTF-8 over Kafka', async () => {
  const id = `café-${crypto.randomUUID()} "Zoë" 😀`;
  const subject = `one-${crypto.randomUUID()}`;
  const event = saleOf(tenant, { id, subject });
  const binary = overHttp.binary(event);
  await post({ ...binary, headers: { ...(binary.headers as object), 'ce-id': encodeURIComponent(id) } });
  await post(overHttp.structured(event));
  await publish(overKafka.binary(event, 'any'));
  await publish(overKafka.structured(event, 'any'));
  const key = `${tenant}/${subject}`;
  const topic = await ingestion.canonical();
  await topic.find(() => topic.count(key) === 4, 'the message four times');
  const messages = topic.recordsOf(key).map(({ headers, value }) => readCanonical(headers, value, timeLimits()));
  const ids = messages.map((read) => ('message' in read ? [read.message.id, eventIdOf(read.message)] : read));
  expect(ids).toEqual(Array(4).fill([id, eventIdOf({ source: event.source, id })]));
});

test('the events of a batch arrive in the order of the batch, each on the topic of its domain', async () => {
  const subject = 'one-object';
  const sales = Array.from({ length: 20 }, () => saleOf(tenant, { subject }));
  const customer = saleOf(tenant, { subject, type: 'customer.created', data: { customerId: 'C-1' } });
  const { status, json } = await ingestion.post(batchOf([...sales, customer]), producer);
  expect([status, json.accepted]).toEqual([202, 21]);
  expect(json.results?.map(({ id }) => id)).toEqual([...sales, customer].map(({ id }) => id));
  const key = `${tenant}/${subject}`;
  const topic = await ingestion.canonical();
  await topic.record(key, ({ headers }) => headers['ce_id']?.toString() === sales.at(-1)?.id);
  expect(topic.idsOf(key)).toEqual(sales.map(({ id }) => id));
  await (await ingestion.canonical('customer')).record(key);
});

test('without a tenant of its own an event is that of its producer', async () => {
  const event = saleOf(undefined);
  await post(overHttp.structured(event));
  await (await ingestion.canonical()).record(`${tenant}/${event.subject}`);
});
