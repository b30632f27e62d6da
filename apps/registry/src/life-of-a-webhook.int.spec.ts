import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REGISTRY_WEBHOOKS } from '@signet/contracts';
import { generateSecret } from '@signet/signature';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';
import { recordsOn } from './testing/records-on-kafka.ts';

let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

const body = { name: 'Orders', url: 'https://shop.example/hook', events: ['sale.created', 'sale.refunded'] };

test('a webhook is registered, read, changed, disabled, enabled, and deleted', async () => {
  const created = await tenant.call('POST', '/v1/webhooks', { body });
  expect(created.status).toBe(201);
  expect(created.headers.get('etag')).toBe('"1"');
  expect(created.headers.get('location')).toBe(`/v1/webhooks/${created.json.id}`);
  expect(created.json).toMatchObject({
    ...body,
    tenantId: tenant.id,
    eventNames: ['Sale Created', 'Sale Refunded'],
    description: null,
    isActive: true,
    disabledReason: null,
    consecutiveFailures: 0,
    lastFailureAt: null,
    lastSuccessAt: null,
    headers: {},
    maxAttempts: null,
    requestTimeoutMs: null,
    rateLimitPerSecond: null,
    ordering: 'none',
    legacySignatureHeader: null,
    version: 1,
    summary: 'Active; nothing has been delivered yet.',
    secret: expect.stringMatching(/^whsec_/),
    createdBy: expect.stringContaining('Till'),
  });
  const path = `/v1/webhooks/${created.json.id}`;
  const { secret: _secret, ...shown } = created.json;
  expect((await tenant.call('GET', path)).json).toEqual(shown);

  const changed = await tenant.call('PATCH', path, { body: { description: 'Till 2', maxAttempts: 7 } });
  expect(changed.json).toMatchObject({ ...body, description: 'Till 2', maxAttempts: 7, version: 2 });
  expect(changed.headers.get('etag')).toBe('"2"');

  const disabled = await tenant.call('POST', `${path}/disable`, { body: { reason: 'Moving house' } });
  expect(disabled.json).toMatchObject({ isActive: false, disabledReason: 'manual', disabledDetail: 'Moving house' });
  expect(disabled.json['summary']).toMatch(/^Disabled by hand since .*: Moving house\.$/);
  expect(disabled.headers.get('etag')).toBe('"3"');
  const enabled = await tenant.call('POST', `${path}/enable`);
  expect(enabled.headers.get('etag')).toBe('"4"');
  expect(enabled.json).toMatchObject({ isActive: true, disabledReason: null, disabledDetail: null, disabledAt: null });

  expect((await tenant.call('DELETE', path)).status).toBe(204);
  const gone = await tenant.call('GET', path);
  expect(gone).toMatchObject({ status: 404, json: { code: 'webhook_not_found', status: 404 } });
  expect(gone.headers.get('content-type')).toContain('application/problem+json');
});

test('a header for a legacy signature is set, shown, published, and removed', async () => {
  const { id } = await tenant.newWebhook({ legacySignatureHeader: 'X-Shop-Signature', headers: { 'x-a': '1' } });
  const path = `/v1/webhooks/${id}`;
  expect((await tenant.call('GET', path)).json).toMatchObject({ legacySignatureHeader: 'X-Shop-Signature' });
  expect((await recordsOn(REGISTRY_WEBHOOKS)).get(id)).toMatchObject({ legacySignatureHeader: 'X-Shop-Signature' });
  expect(await tenant.call('PATCH', path, { body: { legacySignatureHeader: 'X-A' } })).toMatchObject({
    status: 422,
    json: { errors: [{ field: 'legacySignatureHeader', rule: 'repeated' }] },
  });
  const none = await tenant.call('PATCH', path, { body: { legacySignatureHeader: null } });
  expect(none.json).toMatchObject({ legacySignatureHeader: null, version: 2 });
  expect((await tenant.call('GET', `${path}/history`)).json.data[0]).toMatchObject({
    summary: 'Changed: legacy signature header.',
  });
});

test("If-Match keeps a change from overwriting another caller's change", async () => {
  const { id } = await tenant.newWebhook();
  const path = `/v1/webhooks/${id}`;
  const ifMatch = { 'if-match': '"1"' };
  expect((await tenant.call('PATCH', path, { body: { name: 'A' }, headers: ifMatch })).status).toBe(200);
  const stale = await tenant.call('PATCH', path, { body: { name: 'B' }, headers: ifMatch });
  expect(stale).toMatchObject({ status: 412, json: { code: 'stale_version' } });
  expect(stale.headers.get('etag')).toBe('"2"');
  expect((await tenant.call('DELETE', path, { headers: ifMatch })).status).toBe(412);
  expect((await tenant.call('GET', path)).json.name).toBe('A');
  expect((await tenant.call('DELETE', path, { headers: { 'if-match': '"2"' } })).status).toBe(204);
});

test.each([
  ['"7", "1"', 200],
  ['W/"1", "a,b", "1"', 200],
  ['*', 200],
  ['"2", "3"', 412],
  ['W/"1"', 412],
  ['",1,"', 412],
  ['1', 400],
  ['"1", *', 400],
  ['', 400],
])('If-Match: %s of version 1 gives %i', async (value, status) => {
  const { id } = await tenant.newWebhook();
  const path = `/v1/webhooks/${id}`;
  const ifMatch = { 'if-match': value };
  const changed = await tenant.call('PATCH', path, { body: { name: 'A' }, headers: ifMatch });
  expect(changed.status).toBe(status);
  if (status === 400) {
    expect(changed.json).toMatchObject({
      code: 'invalid_if_match',
      detail: expect.stringContaining('If-Match must be'),
    });
  }
  const another = await tenant.newWebhook();
  const deleted = await tenant.call('DELETE', `/v1/webhooks/${another.id}`, { headers: ifMatch });
  expect(deleted.status).toBe(status === 200 ? 204 : status);
});

test('If-Match: * on a webhook that does not exist is a 404', async () => {
  const gone = await tenant.call('DELETE', `/v1/webhooks/${randomUUID()}`, { headers: { 'if-match': '*' } });
  expect(gone).toMatchObject({ status: 404, json: { code: 'webhook_not_found' } });
});

test('the secret is in the answer to its creation, and in the answer of the route that reads it', async () => {
  const { id, secret } = await tenant.newWebhook();
  const path = `/v1/webhooks/${id}/secret`;
  expect((await tenant.call('GET', path)).json).toEqual({ secret, former: [] });

  const own = generateSecret();
  const rotated = await tenant.call('POST', `${path}/rotate`, { body: { secret: own, overlapHours: 1 } });
  expect(rotated).toMatchObject({ status: 200, json: { secret: own } });
  const { former } = (await tenant.call('GET', path)).json;
  expect(former).toEqual([{ secret, expiresAt: rotated.json.overlapUntil }]);

  const bare = await tenant.call('POST', `${path}/rotate`);
  expect(bare.json.secret).toMatch(/^whsec_/);
  const hard = await tenant.call('POST', `${path}/rotate`, { body: { overlapHours: 0 } });
  expect(hard.json.overlapUntil).toBeNull();
  expect((await tenant.call('GET', path)).json).toEqual({ secret: hard.json.secret, former: [] });
});

test("the history shows each event with its time and actor, and the webhook's state at a time", async () => {
  const { id } = await tenant.newWebhook({ name: 'First name' });
  const path = `/v1/webhooks/${id}`;
  await tenant.call('PATCH', path, { body: { name: 'Second name' } });
  await tenant.call('POST', `${path}/secret/rotate`);
  await tenant.call('DELETE', path);
  const { json } = await tenant.call('GET', `${path}/history`);
  expect(json.nextCursor).toBeNull();
  expect(json.data.map(({ type }) => type)).toEqual([
    'WebhookDeleted',
    'WebhookSecretRotated',
    'WebhookUpdated',
    'WebhookRegistered',
  ]);
  expect(json.data[2]).toMatchObject({ version: 2, actor: expect.stringContaining('Till'), summary: 'Changed: name.' });
  expect(JSON.stringify(json)).not.toMatch(/sealed|v1\./);

  const paged = await tenant.call('GET', `${path}/history?limit=3`);
  const rest = await tenant.call('GET', `${path}/history?limit=3&cursor=${paged.json.nextCursor}`);
  expect([...paged.json.data, ...rest.json.data]).toEqual(json.data);

  const then = await tenant.call('GET', `${path}/history?at=${json.data[3]?.at}`);
  expect(then.json).toMatchObject({ name: 'First name', version: 1 });
  expect((await tenant.call('GET', `${path}/history?at=2001-01-01T00:00:00Z`)).status).toBe(404);
});

test('at most ten webhooks of a tenant have the same URL, however many are made at once', async () => {
  const other = await registry.newTenant();
  const url = 'https://shop.example/crowded';
  const made = await Promise.all(
    Array.from({ length: 14 }, () => other.call('POST', '/v1/webhooks', { body: { ...body, url } })),
  );
  expect(made.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(made.filter(({ status }) => status === 409)).toHaveLength(4);
  expect(made.find(({ status }) => status === 409)?.json).toMatchObject({
    code: 'too_many_webhooks_of_url',
    errors: [{ field: 'url' }],
  });
  const { id } = await other.newWebhook();
  expect((await other.call('PATCH', `/v1/webhooks/${id}`, { body: { url } })).status).toBe(409);
  expect((await tenant.call('POST', '/v1/webhooks', { body: { ...body, url } })).status).toBe(201);
});
