import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IdempotencyModule } from '@signet/service-kit';
import { waitFor } from '@signet/testing';
import pg from 'pg';
import { OpenTransaction } from './testing/open-transaction.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
let database: pg.Client;
beforeAll(async () => {
  // A POST stays under way until its record is published, so a test can hold it up by holding up the publication.
  registry = await startRegistry({ SIGNET_PUBLICATION_WAIT: '60s' });
  tenant = await registry.newTenant();
  database = new pg.Client({ connectionString: registry.database.url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await registry.stop();
});

const body = (name = 'Orders') => ({ name, url: 'https://shop.example/hook', events: ['sale.created'] });
const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
const newKey = () => crypto.randomUUID();
const webhooks = async (of = tenant) => (await of.call('GET', '/v1/webhooks')).json.data.length;

test('a repeated request gets the first answer, with the secret, and creates nothing', async () => {
  const key = newKey();
  const first = await tenant.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) });
  const count = await webhooks();
  expect(first.status).toBe(201);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  const again = await tenant.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) });
  expect(again.status).toBe(201);
  expect(again.json).toEqual(first.json);
  expect(again.json.secret).toMatch(/^whsec_/);
  for (const name of ['etag', 'location', 'content-type']) {
    expect(again.headers.get(name)).toBe(first.headers.get(name));
    expect(again.headers.get(name)).not.toBeNull();
  }
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await webhooks()).toBe(count);
});

test('a refusal is repeated as well', async () => {
  const key = newKey();
  const bad = { body: body(''), ...keyed(key) };
  const first = await tenant.call('POST', '/v1/webhooks', bad);
  const again = await tenant.call('POST', '/v1/webhooks', bad);
  expect(again).toMatchObject({ status: 422, json: first.json });
  expect(again.headers.get('content-type')).toContain('application/problem+json');
});

test('the same key with another body is refused; with another path or from another caller it is another key', async () => {
  const key = newKey();
  const other = await registry.newTenant();
  const { id } = (await tenant.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) })).json;
  expect(await tenant.call('POST', '/v1/webhooks', { body: body('Other'), ...keyed(key) })).toMatchObject({
    status: 422,
    json: { code: 'idempotency_key_reused' },
  });
  const disabled = await tenant.call('POST', `/v1/webhooks/${id}/disable`, keyed(key));
  expect(disabled).toMatchObject({ status: 200, json: { isActive: false } });
  expect((await other.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) })).json.id).not.toBe(id);
});

test('while the first request is under way, its repetition gets the answer to try again later', async () => {
  const key = newKey();
  const held = await OpenTransaction.on(registry.database.url);
  try {
    await held.begin();
    const first = tenant.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) });
    await waitFor(async () => (await held.unpublished()) > 0, { what: 'the first to be committed' });
    const again = await tenant.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) });
    expect(again).toMatchObject({ status: 409, json: { code: 'idempotency_key_under_way' } });
    expect(again.headers.get('retry-after')).toBe('1');
    await held.end();
    expect((await first).status).toBe(201);
  } finally {
    await held.close();
  }
});

test('of twenty requests at once, one is carried out', async () => {
  const other = await registry.newTenant();
  const key = newKey();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => other.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) })),
  );
  expect(await webhooks(other)).toBe(1);
  const made = answers.filter(({ status }) => status === 201);
  expect(answers.filter(({ headers, status }) => status === 201 && !headers.has('idempotent-replayed'))).toHaveLength(
    1,
  );
  expect(new Set(made.map(({ json }) => json.id)).size).toBe(1);
  expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
});

test('the stored answers are sealed: neither a secret nor an API key is in the database', async () => {
  const { secret } = (await tenant.call('POST', '/v1/webhooks', { body: body(), ...keyed(newKey()) })).json;
  const path = `/v1/tenants/${tenant.id}/api-keys`;
  const made = await registry.call('POST', path, { body: { name: 'Till 2', role: 'tenant' }, ...keyed(newKey()) });
  const { rows } = await database.query('select * from registry.idempotency_keys');
  const text = JSON.stringify(rows);
  expect(rows.length).toBeGreaterThan(1);
  for (const hidden of [secret, made.json.key, 'whsec_']) expect(text).not.toContain(hidden);
});

test('after a day the key is forgotten, and its row removed', async () => {
  const key = newKey();
  const first = await tenant.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) });
  const expire = () => database.query(`update registry.idempotency_keys set expires_at = now() - interval '1 second'`);
  await expire();
  const later = await tenant.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) });
  expect(later.status).toBe(201);
  expect(later.json.id).not.toBe(first.json.id);
  await expire();
  await registry.service.app.get(IdempotencyModule).cleanUp();
  expect((await database.query('select from registry.idempotency_keys')).rows).toEqual([]);
});

describe('an invalid key', () => {
  test.each(['', 'x'.repeat(256), 'schl\u00fcssel', 'a\tb'])('%j is a bad request', async (key) => {
    expect(await tenant.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) })).toMatchObject({
      status: 400,
      json: { code: 'invalid_idempotency_key' },
    });
  });

  test('255 printable characters are a valid key', async () => {
    const key = `~ ${newKey()}`.padEnd(255, '!');
    expect((await tenant.call('POST', '/v1/webhooks', { body: body(), ...keyed(key) })).status).toBe(201);
  });
});

test('every POST accepts a key, and the OpenAPI document says so', async () => {
  const { id } = await tenant.newWebhook();
  const document = (await registry.call('GET', '/openapi.json')).json as unknown as {
    paths: Record<string, { post?: { parameters: { name: string }[] } }>;
  };
  const posts = Object.entries(document.paths).filter(([, { post }]) => post);
  expect(posts.length).toBeGreaterThan(8);
  for (const [template, { post }] of posts) {
    expect({ template, names: post?.parameters.map(({ name }) => name) }).toEqual({
      template,
      names: expect.arrayContaining(['Idempotency-Key']),
    });
    const isOfTenant = template.startsWith('/v1/tenants');
    const path = template.replace('{tenantId}', tenant.id).replace('{id}', isOfTenant ? 'unknown-tenant' : id);
    const asked = keyed(newKey());
    const first = await registry.call('POST', path, asked);
    const again = await registry.call('POST', path, asked);
    expect({ template, status: again.status, json: again.json }).toEqual({
      template,
      status: first.status,
      json: first.json,
    });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  }
});
