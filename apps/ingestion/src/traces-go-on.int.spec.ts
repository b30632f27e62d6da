import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CloudEvent } from 'cloudevents';
import { AsyncApi } from '@signet/testing';
import { TestIngestion } from './testing/ingestion.ts';
import { batchOf, overHttp, overKafka, saleOf } from './testing/sales.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const own = `00-${TRACE}-00f067aa0ba902b7-01`;
const carried = `00-${TRACE}-b7ad6b7169203331-01`;
const broken = `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`;
const api = AsyncApi.read();
let ingestion: TestIngestion;
let tenant: string;
let key: string;
beforeAll(async () => {
  ingestion = await TestIngestion.start();
  tenant = await ingestion.newTenant();
  ({ key } = await ingestion.newKey({ role: 'producer', tenantId: tenant }));
});
afterAll(() => ingestion.stop());

type Event = CloudEvent<unknown>;
type Headers = Readonly<Record<string, string>>;

async function post({ headers, body }: Parameters<TestIngestion['post']>[0], more: Headers): Promise<void> {
  const { status } = await ingestion.post({ headers: { ...headers, ...more }, body }, key);
  expect(status).toBe(202);
}

/** Publishes a record as docs/asyncapi.json describes one of a source topic. */
async function publish(record: ReturnType<typeof overKafka.binary>, more: Headers): Promise<void> {
  const headers = Object.fromEntries(
    Object.entries({ ...record.headers, ...more }).map(([name, text]) => [name, Buffer.from(text as string)]),
  );
  const documented = api.judge({ topic: 'shop.sale', headers, value: Buffer.from(String(record.value)) });
  expect(documented).toEqual({ message: expect.stringMatching(/^sale\.created\.(binary|structured)$/) });
  await ingestion.producer.publish(ingestion.sourceTopic, { ...record, headers });
}

const MODES: [mode: string, send: (event: Event, more: Headers) => Promise<void>][] = [
  ['HTTP, binary', (event, more) => post(overHttp.binary(event), more)],
  ['HTTP, structured', (event, more) => post(overHttp.structured(event), more)],
  ['HTTP, batched', (event, more) => post(batchOf([event]), more)],
  ['Kafka, binary', (event, more) => publish(overKafka.binary(event), more)],
  ['Kafka, structured', (event, more) => publish(overKafka.structured(event), more)],
];

const traceOf = async ({ subject }: Event): Promise<string | undefined> => {
  const { headers } = await (await ingestion.canonical()).record(`${tenant}/${subject}`);
  expect(headers['traceparent']).toBeUndefined();
  return headers['ce_traceparent']?.toString();
};

describe.each(MODES)('%s', (_mode, send) => {
  test.each<[what: string, attribute: string | undefined, header: string | undefined, expected: string | undefined]>([
    ["the event's own trace goes before the header", own, carried, own],
    ['without one of its own it is that of the header', undefined, carried, carried],
    ['one of its own that cannot be read does not hide the header', broken, carried, carried],
    ['a header that cannot be read is ignored', undefined, broken, undefined],
    ['without both there is none', undefined, undefined, undefined],
  ])('%s', async (_what, attribute, header, expected) => {
    const event = saleOf(tenant, attribute === undefined ? {} : { traceparent: attribute });
    await send(event, header === undefined ? {} : { traceparent: header });
    expect(await traceOf(event)).toBe(expected);
  });
});

test('of a batch each event keeps its own trace, and the header stands for the others', async () => {
  const [first, second] = [saleOf(tenant, { traceparent: own }), saleOf(tenant)];
  const { headers, body } = batchOf([first, second]);
  const { status } = await ingestion.post({ headers: { ...headers, traceparent: carried }, body }, key);
  expect(status).toBe(202);
  expect([await traceOf(first), await traceOf(second)]).toEqual([own, carried]);
});
