import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CloudEvent } from 'cloudevents';
import type { Answer } from './testing/ingestion.ts';
import { TestIngestion } from './testing/ingestion.ts';
import { batchOf, overHttp, saleOf } from './testing/sales.ts';

const MAX_BYTES = 4_096;
const MAX_EVENTS = 50;
let ingestion: TestIngestion;
let tenant: string;
let other: string;
let suspended: string;
let operator: string;
beforeAll(async () => {
  const settings = { SIGNET_MAX_MESSAGE_BYTES: String(MAX_BYTES), SIGNET_MAX_BATCH_EVENTS: String(MAX_EVENTS) };
  ingestion = await TestIngestion.start({ settings });
  tenant = await ingestion.newTenant();
  other = await ingestion.newTenant();
  suspended = await ingestion.newTenant('suspended');
  ({ key: operator } = await ingestion.newKey());
});
afterAll(() => ingestion.stop());

const post = (event: CloudEvent<unknown>, key = operator) => ingestion.post(overHttp.structured(event), key);
const postAll = (events: CloudEvent<unknown>[], key = operator) => ingestion.post(batchOf(events), key);
const producerKey = async (about: object) => (await ingestion.newKey({ role: 'producer', ...about })).key;
/** Checks that an answer is a problem with this status and code that names the field. */
const expectRefused = ({ status, headers, json }: Answer, expected: [status: number, code: string, field?: string]) => {
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect([status, json.code, json.errors?.[0]?.field]).toEqual([expected[0], expected[1], expected[2]]);
};
const arrived = async ({ subject }: CloudEvent<unknown>, owner = tenant) =>
  (await ingestion.canonical()).record(`${owner}/${subject}`);

describe('too much is 413', () => {
  const large = { note: 'n'.repeat(MAX_BYTES) };

  test.each(['binary', 'structured'] as const)('data over the size limit, %s', async (mode) => {
    const answer = await ingestion.post(overHttp[mode](saleOf(tenant, { data: large })), operator);
    expectRefused(answer, [413, 'message_too_large', 'data']);
  });

  test('data of exactly the size limit is accepted', async () => {
    const frame = JSON.stringify({ note: '' }).length;
    const event = saleOf(tenant, { data: { note: 'n'.repeat(MAX_BYTES - frame) } });
    expect((await post(event)).status).toBe(202);
    expect((await arrived(event)).value).toHaveLength(MAX_BYTES);
  });

  test('a batch of too many events, of which none is accepted', async () => {
    const events = Array.from({ length: MAX_EVENTS + 1 }, () => saleOf(tenant));
    const { status, json } = await postAll(events);
    expect([status, json.code]).toEqual([413, 'batch_too_large']);
    const after = saleOf(tenant, { subject: events[0]!.subject });
    expect((await post(after)).status).toBe(202);
    expect((await arrived(after)).headers['ce_id']?.toString()).toBe(after.id);
  });

  test('a body of more bytes than any request may have', async () => {
    const { status, json } = await post(saleOf(tenant, { data: { note: 'n'.repeat(3_000_000) } }));
    expect([status, json.code]).toEqual([413, 'body_too_large']);
  });

  test('in a batch, only the event that is too large', async () => {
    const good = saleOf(tenant);
    const { status, json } = await postAll([good, saleOf(tenant, { data: large })]);
    expect([status, json.accepted]).toEqual([207, 1]);
    expect(json.results?.[1]).toMatchObject({ status: 'refused', error: { code: 'message_too_large', field: 'data' } });
    await arrived(good);
  });
});

describe('the tenant of an event', () => {
  test('that does not exist is refused', async () =>
    expectRefused(await post(saleOf('unknown-tenant')), [422, 'unknown_tenant', 'tenantid']));
  test('must be named by a producer that sends for several tenants', async () =>
    expectRefused(await post(saleOf(undefined)), [422, 'missing_attribute', 'tenantid']));

  test('may be suspended: its events are accepted and kept', async () => {
    const key = await producerKey({ tenantId: suspended });
    for (const as of [key, operator]) {
      const event = saleOf(suspended);
      expect((await post(event, as)).status).toBe(202);
      await arrived(event, suspended);
    }
  });
});

describe("a producer's key", () => {
  test('of one tenant sends for no other', async () =>
    expectRefused(await post(saleOf(other), await producerKey({ tenantId: tenant })), [
      403,
      'tenant_not_allowed',
      'tenantid',
    ]));

  test('that names event types sends no other', async () => {
    const key = await producerKey({ tenantId: tenant, eventTypes: ['sale.created', 'sale.updated'] });
    const event = saleOf(tenant, { type: 'sale.updated' });
    expect((await post(event, key)).status).toBe(202);
    await arrived(event);
    const answer = await post(saleOf(tenant, { type: 'sale.refunded' }), key);
    expectRefused(answer, [403, 'event_type_not_allowed', 'type']);
    expect(answer.json.detail).toContain('sale.refunded');
  });

  test('of no tenant sends for those that it names, and learns nothing of others', async () => {
    const key = await producerKey({ tenants: [tenant, suspended] });
    expect((await post(saleOf(tenant), key)).status).toBe(202);
    expect((await post(saleOf(suspended), key)).status).toBe(202);
    for (const forbidden of [other, 'unknown-tenant'])
      expectRefused(await post(saleOf(forbidden), key), [403, 'tenant_not_allowed', 'tenantid']);
  });

  test('of no tenant that names none sends for each, but only what there is', async () => {
    const key = await producerKey({});
    expect((await post(saleOf(other), key)).status).toBe(202);
    expectRefused(await post(saleOf('unknown-tenant'), key), [422, 'unknown_tenant', 'tenantid']);
  });

  test('has the allowed events of a batch accepted, and gets an error for each other one', async () => {
    const key = await producerKey({ tenants: [tenant], eventTypes: ['sale.created'] });
    const good = saleOf(tenant);
    const { status, json } = await postAll([saleOf(other), good, saleOf(tenant, { type: 'sale.updated' })], key);
    expect([status, json.accepted]).toEqual([207, 1]);
    expect(json.results).toMatchObject([
      { status: 'refused', error: { code: 'tenant_not_allowed', field: 'tenantid' } },
      { status: 'accepted', id: good.id },
      { status: 'refused', error: { code: 'event_type_not_allowed', field: 'type' } },
    ]);
    await arrived(good);
  });

  test('that may send nothing of a batch gets 403 with the place of each event', async () => {
    const key = await producerKey({ tenants: [tenant], eventTypes: ['sale.created'] });
    const answer = await postAll([saleOf(tenant, { type: 'sale.updated' }), saleOf(other)], key);
    expectRefused(answer, [403, 'event_type_not_allowed', '0.type']);
    expect(answer.json.errors?.[1]).toMatchObject({ field: '1.tenantid', rule: 'tenant_not_allowed' });
    const mixed = await postAll([saleOf(other), saleOf(tenant, { data: { total: [] } })], key);
    expectRefused(mixed, [422, 'all_events_refused', '0.tenantid']);
    expect(mixed.json.errors?.[1]).toMatchObject({ field: '1.data.total', rule: 'invalid_data' });
  });

  test('is needed: a tenant reads, and sends nothing', async () => {
    const { key } = await ingestion.newKey({ role: 'tenant', tenantId: tenant });
    expectRefused(await post(saleOf(tenant), key), [403, 'role_not_allowed']);
    expectRefused(await post(saleOf(tenant), 'sgn_p_wrong'), [401, 'unknown_api_key']);
  });
});

test('refused events are counted by their reason', async () => {
  const count = () => ingestion.counted('signet_ingestion_refused_total', { source: 'http', reason: 'unknown_tenant' });
  const before = await count();
  await postAll([saleOf('unknown-tenant'), saleOf(tenant), saleOf('unknown-tenant')]);
  expect(await count()).toBe(before + 2);
});

test('an Idempotency-Key is taken: the event says by its id that it is the same', async () => {
  const event = saleOf(tenant);
  const { headers, body } = overHttp.structured(event);
  const keyed = { headers: { ...headers, 'idempotency-key': crypto.randomUUID() }, body };
  const [first, again] = [await ingestion.post(keyed, operator), await ingestion.post(keyed, operator)];
  expect(first).toMatchObject({ status: 202, json: { results: [{ id: event.id }] } });
  expect(again).toMatchObject({ status: 202, json: first.json });
});

test('an attribute that is there twice in binary mode is refused, as it is over Kafka', async () => {
  const { headers, body } = overHttp.binary(saleOf(tenant));
  // fetch would join the two headers into one.
  const twice = { ...(headers as Record<string, string>), 'ce-id': ['one', 'another'] };
  const answer = await new Promise((resolve, reject) => {
    const authorization = `Bearer ${operator}`;
    request(`${ingestion.service.url}/v1/events`, { method: 'POST', headers: { ...twice, authorization } })
      .on('response', (response) => void json(response).then(resolve, reject))
      .on('error', reject)
      .end(body);
  });
  expect(answer).toMatchObject({ status: 400, code: 'malformed_event', errors: [{ field: 'id' }] });
});
