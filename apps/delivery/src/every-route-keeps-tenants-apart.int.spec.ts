import { hostname } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { hashApiKey } from '@signet/service-kit';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { sql } from 'kysely';
import type { DeliveryRow } from './delivery/storage/delivery.projection.ts';
import type { ApiAnswer } from './testing/delivery-api.ts';
import { DeliveryApi } from './testing/delivery-api.ts';
import { DispatchFixture, requestBatch } from './testing/dispatch-fixture.ts';

/** Words of the platform's inside, which only operators need. */
const INTERNAL = [
  new RegExp(`"(replica-1|${hostname()}/)`),
  new RegExp(`/${process.pid}\\b`),
  /"(owner|epoch|partition|replica|topic|offset|stack)":/,
];
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let api: DeliveryApi;
let webhook: WebhookSnapshot;
let delivery: DeliveryRow;
let owner: string;
let stranger: string;
/** The owner's ids, by the first part of the path that they are used in. */
let foreign: Record<string, string>;

beforeAll(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: 500 }) });
  api = await DeliveryApi.on(fixture);
  const dispatch = await fixture.serve();
  webhook = fixture.webhook(receiver.url, { tenantId: newId(), name: 'Secret plans', maxAttempts: 1 });
  const other = fixture.webhook(receiver.url, { tenantId: newId(), maxAttempts: 1 });
  [webhook, other].forEach((one) => api.knows(one));
  owner = await api.newKey(webhook.tenantId);
  stranger = await api.newKey(other.tenantId);
  await dispatch.intake.take(requestBatch(webhook, ['theirs'], undefined, { subject: 'S-1' }));
  await dispatch.intake.take(requestBatch(other, ['own'], undefined, { subject: 'S-1' }));
  delivery = await waitFor(
    async () => (await fixture.reader.list({ tenantId: webhook.tenantId, status: 'FAILED' }, null, 1))[0],
    { what: 'the delivery of the owner to have failed' },
  );
  await dispatch.stop();
  await sql`insert into circuits (webhook_id, tenant_id, partition, epoch, openings, opened_at, probe_at)
    select ${webhook.id}, ${webhook.tenantId}, partition, epoch, 1, now(), now() from partition_owners limit 1
    on conflict (webhook_id) do update set openings = 1, opened_at = now(), probe_at = now()`.execute(
    fixture.database.query,
  );
  const replay = await api.call('POST', '/v1/replays', { key: owner, body: replayOf(webhook.id) });
  // It selects nothing, so that the deliveries stay as they are.
  const job = await api.call('POST', '/v1/deliveries/jobs', { key: owner, body: { ...jobOf(), status: 'PENDING' } });
  foreign = {
    // Before the path that it begins with.
    '/v1/deliveries/jobs': job.json.id,
    '/v1/deliveries': delivery.id,
    '/v1/replays': replay.json.id,
    '/v1/circuits': webhook.id,
  };
  await waitFor(async () => (await read(`/v1/deliveries/jobs/${job.json.id}`, owner)).json['state'] === 'completed', {
    what: 'the job to have ended',
  });
  await waitFor(async () => (await read(`/v1/replays/${replay.json.id}`, owner)).json['state'] === 'completed', {
    what: 'the replay to have ended',
  });
});
afterAll(async () => {
  await api?.stop();
  await receiver?.close();
  await fixture?.close();
});

const replayOf = (webhookId: string) => ({
  webhookId,
  since: new Date(Date.now() - 60_000).toISOString(),
  status: 'all',
});
const jobOf = (more: object = {}) => ({
  action: 'delete',
  status: 'FAILED',
  since: new Date(Date.now() - 60_000).toISOString(),
  ...more,
});
const read = (path: string, key: string): Promise<ApiAnswer> => api.call('GET', path, { key });

interface Operation {
  readonly method: string;
  readonly template: string;
}

/** Every operation of the OpenAPI document that names something by its id, so that a new one cannot be forgotten. */
async function operations(): Promise<Operation[]> {
  const { paths } = (await read('/openapi.json', owner)).json as unknown as { paths: Record<string, object> };
  return Object.entries(paths)
    .filter(([template]) => template.includes('{'))
    .flatMap(([template, methods]) => Object.keys(methods).map((name) => ({ method: name.toUpperCase(), template })));
}

const pathOf = (template: string, id?: string): string => {
  const base = Object.keys(foreign).find((prefix) => template.startsWith(prefix));
  return template.replaceAll(/\{\w+\}/g, id ?? foreign[base ?? ''] ?? `no id for ${template}`);
};

/** Tables of the service that have to do with a tenant, and those that belong to them. */
const TABLES = [
  'deliveries',
  'delivery_log',
  'due_deliveries',
  'shelved_requests',
  'replays',
  'circuits',
  'delivery_jobs',
];

/** All that delivery knows, but for the keys of idempotency. */
async function everything(): Promise<unknown> {
  const all: unknown[] = [];
  for (const table of TABLES) {
    // Webhooks of other tests lie on the same topic; one that is enabled with a replay leads to a replay here as well.
    const own = table === 'replays' ? sql`where t.webhook_id = ${webhook.id}` : sql``;
    const rows = await sql`select row_to_json(t)::text as row from ${sql.table(table)} t ${own} order by 1`.execute(
      fixture.database.query,
    );
    all.push(rows.rows);
  }
  return all;
}

test("every route with an id treats another tenant's as one that is not there, and changes nothing", async () => {
  const all = await operations();
  expect(all.length).toBeGreaterThanOrEqual(7);
  const before = await everything();
  for (const { method, template } of all) {
    const answer = await api.call(method, pathOf(template), { key: stranger });
    const unknown = await api.call(method, pathOf(template, UNKNOWN_ID), { key: stranger });
    expect({ method, template, status: answer.status }).toEqual({ method, template, status: 404 });
    expect({ ...answer.json, instance: '' }).toEqual({ ...unknown.json, instance: '' });
  }
  expect(await everything()).toEqual(before);
});

test('the owner is answered by the same routes', async () => {
  for (const { method, template } of await operations()) {
    if (method !== 'GET') continue;
    expect({ template, status: (await read(pathOf(template), owner)).status }).toEqual({ template, status: 200 });
  }
});

test('no answer to a tenant names a host, a process, a topic, a partition or an epoch; an operator sees who sent', async () => {
  const templates = (await operations()).filter(({ method }) => method === 'GET').map(({ template }) => template);
  const lists = ['/v1/deliveries', '/v1/replays', '/v1/circuits', '/v1/failures', '/v1/deliveries/jobs'];
  for (const path of [...templates.map((template) => pathOf(template)), ...lists]) {
    const text = JSON.stringify((await read(path, owner)).json);
    for (const name of INTERNAL) expect({ path, text }).toEqual({ path, text: expect.not.stringMatching(name) });
  }
  const attempts = `/v1/deliveries/${delivery.id}/attempts`;
  const { json } = await read(attempts, await api.newKey(null));
  expect(json.data[0]).toMatchObject({ owner: 'replica-1', epoch: expect.any(Number) });
});

test('without a key, or with a wrong one, every route with an id is closed', async () => {
  const before = await everything();
  for (const { method, template } of await operations()) {
    for (const key of ['', 'sgn_wrong']) {
      const { status } = await api.call(method, pathOf(template), { key });
      expect({ method, template, key, status }).toEqual({ method, template, key, status: 401 });
    }
  }
  expect(await everything()).toEqual(before);
});

test('a session is the tenant of its key, changes nothing for a page of another site, and ends when Kafka says so', async () => {
  const id = newId();
  const session = { hash: hashApiKey('a-session'), expiresAt: new Date(Date.now() + 600_000).toISOString() };
  const browse = async (method: string, path: string, fetchSite: string) => {
    const headers = { cookie: 'signet-session=a-session', 'sec-fetch-site': fetchSite };
    const answer = await fetch(api.service.url + path, { method, headers });
    return { status: answer.status, code: ((await answer.json()) as { code?: string }).code };
  };
  const path = `/v1/deliveries/${delivery.id}`;
  await api.newKey(webhook.tenantId, { id, sessions: [session] });
  expect((await browse('GET', path, 'cross-site')).status).toBe(200);
  expect((await browse('GET', pathOf('/v1/deliveries/{id}', UNKNOWN_ID), 'same-origin')).status).toBe(404);
  const before = await everything();
  expect(await browse('DELETE', path, 'cross-site')).toEqual({ status: 403, code: 'other_origin' });
  expect(await everything()).toEqual(before);
  await api.newKey(webhook.tenantId, { id });
  const isRefused = async () => (await browse('GET', path, 'same-origin')).code === 'unknown_session';
  await waitFor(isRefused, { what: 'the session to be refused', timeoutMs: 5_000 });
});

test("a tenant can neither replay another tenant's webhook nor count such a replay", async () => {
  const before = await everything();
  for (const path of ['/v1/replays', '/v1/replays?preview=true']) {
    const answer = await api.call('POST', path, { key: stranger, body: replayOf(webhook.id) });
    expect(answer).toMatchObject({ status: 404, json: { code: 'webhook_not_found' } });
  }
  expect(await everything()).toEqual(before);
});

test("a job of a tenant is for none of another tenant's deliveries, whatever it selects", async () => {
  const path = '/v1/deliveries/jobs';
  const asked = await api.call('POST', path, { key: stranger, body: jobOf({ tenantId: webhook.tenantId }) });
  expect(asked).toMatchObject({ status: 422, json: { code: 'invalid_body', errors: [{ field: 'tenantId' }] } });
  for (const body of [jobOf({ webhookId: webhook.id }), jobOf({ webhookId: webhook.id, action: 'retry' })]) {
    const preview = await api.call('POST', `${path}?preview=true`, { key: stranger, body });
    expect(preview).toMatchObject({ status: 200, json: { count: 0 } });
    const own = await api.call('POST', `${path}?preview=true`, { key: owner, body });
    expect(own.json['count']).toBeGreaterThan(0);
    const { json } = await api.call('POST', path, { key: stranger, body });
    await waitFor(async () => (await read(`${path}/${json.id}`, stranger)).json['state'] === 'completed', {
      what: 'the job to have ended',
    });
    expect((await read(`${path}/${json.id}`, stranger)).json).toMatchObject({ done: 0, refused: 0 });
  }
  expect((await read(`/v1/deliveries/${delivery.id}`, owner)).json).toMatchObject({ status: 'FAILED' });
});

test("whatever is asked of a list, another tenant's rows are not in it", async () => {
  const paths = [
    '/v1/deliveries',
    '/v1/replays',
    '/v1/circuits',
    `/v1/deliveries?webhookId=${webhook.id}`,
    `/v1/deliveries?webhookId=${webhook.id}&status=FAILED`,
    `/v1/deliveries?eventId=${delivery.eventId}`,
    `/v1/deliveries?messageId=${delivery.messageId}`,
    `/v1/deliveries?subject=${delivery.subject}`,
    `/v1/deliveries?source=${delivery.source}&q=${delivery.messageId}`,
    `/v1/deliveries?q=${delivery.eventId}`,
    `/v1/deliveries?q=${webhook.name}`,
    '/v1/deliveries?q=answered',
    '/v1/deliveries?q=sale.created',
    '/v1/deliveries?status=FAILED&sentAfter=2020-01-01T00:00:00Z',
    `/v1/replays?webhookId=${webhook.id}`,
    '/v1/deliveries/jobs',
    '/v1/failures',
    `/v1/failures?webhookId=${webhook.id}`,
  ];
  for (const path of paths) {
    const theirs = await read(path, owner);
    expect({ path, status: theirs.status, some: theirs.json.data.length > 0 }).toEqual({
      path,
      status: 200,
      some: true,
    });
    const { json } = await read(path, stranger);
    expect({ path, theirs: json.data.filter((row) => row['tenantId'] === webhook.tenantId) }).toEqual({
      path,
      theirs: [],
    });
  }
});

test("a cursor of another tenant's list leads to one's own", async () => {
  const operator = await api.newKey(null);
  const { json } = await read('/v1/deliveries?limit=1', operator);
  const page = await read(`/v1/deliveries?cursor=${String(json['nextCursor'])}`, stranger);
  expect(page.status).toBe(200);
  expect(page.json.data.filter((row) => row['tenantId'] === webhook.tenantId)).toEqual([]);
});

test("an operator lists one tenant's rows; a tenant that names another tenant gets an empty list", async () => {
  const operator = await api.newKey(null);
  for (const list of ['deliveries', 'replays', 'circuits', 'failures', 'deliveries/jobs']) {
    const path = `/v1/${list}?tenantId=${webhook.tenantId}`;
    for (const key of [operator, owner]) {
      const { json } = await read(path, key);
      const tenants = [...new Set(json.data.map((row) => row['tenantId']))];
      expect({ list, tenants }).toEqual({ list, tenants: [webhook.tenantId] });
    }
    const answer = await read(path, stranger);
    expect({ list, ...answer }).toMatchObject({ list, status: 200, json: { data: [], nextCursor: null } });
  }
  expect(await read('/v1/deliveries?tenantId=../other', operator)).toMatchObject({
    status: 400,
    json: { code: 'invalid_query', errors: [{ field: 'tenantId' }] },
  });
});

test("statistics count a tenant's own deliveries only, and an operator's those of all or of one", async () => {
  // The two tenants of this file have a message each; a replay repeats the owner's.
  const operator = await api.newKey(null);
  const deliveriesOf = async (path: string, key: string): Promise<unknown> =>
    ((await read(`/v1/statistics?${path}`, key)).json['total'] as { deliveries?: number } | undefined)?.deliveries;
  await waitFor(async () => (await deliveriesOf('', operator)) === 2, { what: 'two deliveries to be counted' });
  for (const path of [
    'range=1h',
    'range=30d',
    `webhookId=${webhook.id}`,
    'eventType=sale.created',
    'groupBy=webhook',
  ]) {
    expect({ path, deliveries: await deliveriesOf(path, owner) }).toEqual({ path, deliveries: 1 });
    const { json } = await read(`/v1/statistics?${path}`, stranger);
    expect({ path, found: JSON.stringify(json).includes(webhook.tenantId) }).toEqual({ path, found: false });
    const keys = (json['groups'] as { key: string }[]).map(({ key }) => key);
    expect(keys).not.toContain(webhook.id);
  }
  expect(await deliveriesOf(`webhookId=${webhook.id}`, stranger)).toBe(0);
  expect(await deliveriesOf(`tenantId=${webhook.tenantId}`, operator)).toBe(1);
  const { json } = await read('/v1/statistics?groupBy=tenant', operator);
  expect((json['groups'] as { key: string; failed: number }[]).map(({ key, failed }) => [key, failed])).toContainEqual([
    webhook.tenantId,
    1,
  ]);
  for (const query of [`tenantId=${webhook.tenantId}`, 'groupBy=tenant'])
    expect(await read(`/v1/statistics?${query}`, stranger)).toMatchObject({
      status: 400,
      json: { code: 'invalid_query', errors: [{ field: query.split('=')[0], rule: 'operators_only' }] },
    });
});

test('every table that has a tenant is one that the routes above stand for', async () => {
  const { rows } = await sql<{ table: string }>`
    select c.relname as table from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'delivery'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attname = 'tenant_id' and not a.attisdropped order by 1`.execute(fixture.database.query);
  expect(rows.map(({ table }) => table)).toEqual([
    'circuits',
    'deliveries',
    'delivery_jobs',
    'delivery_statistics',
    'replays',
    'statistics_recounts',
  ]);
});
