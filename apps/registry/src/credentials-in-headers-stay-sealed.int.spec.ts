import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { REGISTRY_WEBHOOKS, webhookHeaderContext } from '@signet/contracts';
import { generateSealingKey, SealingKeys } from '@signet/signature';
import pg from 'pg';
import { rebuildProjections } from './rebuild/rebuild-read-models.ts';
import { MikroORM } from '@mikro-orm/postgresql';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';
import { recordsOn } from './testing/records-on-kafka.ts';

const [TOKEN, API_KEY] = ['Bearer a-token-of-the-tenant', 'an api key of the tenant'];
const headers = { 'x-shop': '12', Authorization: TOKEN, 'x-api-key': API_KEY };
const shown = { 'x-shop': '12', Authorization: '***', 'x-api-key': '***' };

let registry: TestRegistry;
let tenant: TestTenant;
let database: pg.Client;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
  database = new pg.Client({ connectionString: registry.database.url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await registry.stop();
});

const read = async (id: string) => (await tenant.call('GET', `/v1/webhooks/${id}`)).json;
const patch = (id: string, body: object) => tenant.call('PATCH', `/v1/webhooks/${id}`, { body });
const snapshotOf = async (id: string) => (await recordsOn(REGISTRY_WEBHOOKS)).get(id) as WebhookSnapshot;

/** The headers with credentials, opened as delivery opens them. */
async function openedOf(id: string, sealingKeys = registry.sealingKeys): Promise<Record<string, string>> {
  const keys = SealingKeys.parse(sealingKeys);
  const { sealedHeaders } = await snapshotOf(id);
  return Object.fromEntries(
    Object.entries(sealedHeaders ?? {}).map(([name, sealed]) => [
      name,
      keys.open(sealed, webhookHeaderContext(id, name)),
    ]),
  );
}

/** How many rows of events, read model and stored answers hold this text. */
async function rowsWith(text: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select (select count(*) from registry.events t where strpos(t::text, $1) > 0)
      + (select count(*) from registry.webhooks t where strpos(t::text, $1) > 0)
      + (select count(*) from registry.idempotency_keys t where strpos(t::text, $1) > 0) as count`,
    [text],
  );
  return Number(rows[0]?.count);
}

test('a credential is sealed in the database and on Kafka, and shown nowhere', async () => {
  const { id, headers: answered } = await tenant.newWebhook({ headers });
  expect(answered).toEqual(shown);
  const other = await patch(id, { headers: { ...headers, Authorization: 'Basic dXNlcjpwYXNzd29yZA==' } });
  expect(other.json.headers).toEqual(shown);

  const paths = [`/${id}`, '', `/${id}/history`, `/${id}/history?at=2100-01-01T00:00:00Z`];
  const answers = await Promise.all(paths.map(async (path) => (await tenant.call('GET', `/v1/webhooks${path}`)).json));
  expect(answers[2]?.data[0]).toMatchObject({
    type: 'WebhookUpdated',
    summary: 'Changed: headers.',
    data: { changes: { headers: shown } },
  });
  const onKafka = await snapshotOf(id);
  expect(onKafka.headers).toEqual({ 'x-shop': '12' });
  const everywhere = JSON.stringify([answers, onKafka]);
  for (const hidden of [TOKEN, API_KEY, 'a-token-of-the-tenant', 'dXNlcjpwYXNzd29yZA==']) {
    expect(everywhere).not.toContain(hidden);
    expect(await rowsWith(hidden)).toBe(0);
  }
  expect(await openedOf(id)).toEqual({ Authorization: 'Basic dXNlcjpwYXNzd29yZA==', 'x-api-key': API_KEY });
});

test('the shown headers can be written back: a credential stays, and the others change', async () => {
  const { id, version } = await tenant.newWebhook({ headers });
  expect((await patch(id, { headers: shown })).json.version).toBe(version);
  expect((await patch(id, { headers })).json.version).toBe(version);
  await patch(id, { headers: { ...shown, 'x-shop': '13' } });
  expect(await openedOf(id)).toEqual({ Authorization: TOKEN, 'x-api-key': API_KEY });
  await patch(id, { headers: { authorization: '***' } });
  expect((await read(id)).headers).toEqual({ authorization: '***' });
  expect(await openedOf(id)).toEqual({ authorization: TOKEN });
  await patch(id, { headers: {} });
  expect((await read(id)).headers).toEqual({});
});

test('a credential that is to stay must exist', async () => {
  const masked = { headers: { 'x-api-key': '***' } };
  const error = { errors: [{ field: 'headers.x-api-key', rule: 'nothing_to_keep' }] };
  const body = { name: 'New', url: 'https://shop.example/new', events: ['sale.created'], ...masked };
  expect(await tenant.call('POST', '/v1/webhooks', { body })).toMatchObject({ status: 422, json: error });
  const { id } = await tenant.newWebhook();
  expect(await patch(id, masked)).toMatchObject({ status: 422, json: error });
});

test('the command seals credentials that an older version stored in clear, in the events as well', async () => {
  const { id } = await tenant.newWebhook({ headers: { 'x-shop': '12' } });
  const { id: resealed } = await tenant.newWebhook({ headers });
  const clear = { 'x-shop': '12', authorization: 'Bearer as-it-was-kept-before' };
  await database.query(
    `update registry.events set data = jsonb_set(data #- '{settings,sealedHeaders}', '{settings,headers}', $2)
     where stream_id = $1 and type = 'WebhookRegistered'`,
    [`webhook:${id}`, clear],
  );
  await database.query(`update registry.webhooks set headers = $2 where id = $1`, [id, clear]);
  expect((await read(id)).headers).toEqual({ 'x-shop': '12', authorization: '***' });

  const newKey = generateSealingKey('newer');
  const env = {
    ...process.env,
    ...registry.environment,
    SIGNET_LOG_LEVEL: 'info',
    SIGNET_SEALING_KEYS: `${newKey},${registry.sealingKeys}`,
  };
  await promisify(execFile)(process.execPath, ['apps/registry/dist/admin.js', 'reseal'], { env });
  expect(await rowsWith('as-it-was-kept-before')).toBe(0);
  expect((await snapshotOf(id)).headers).toEqual({ 'x-shop': '12' });
  expect(await openedOf(id, newKey)).toEqual({ authorization: 'Bearer as-it-was-kept-before' });
  expect(await openedOf(resealed, newKey)).toEqual({ Authorization: TOKEN, 'x-api-key': API_KEY });

  const rows = async () => (await database.query('select * from registry.webhooks order by id')).rows;
  const before = await rows();
  await rebuildProjections(registry.service.app.get(MikroORM).em.fork());
  expect(await rows()).toEqual(before);
});
