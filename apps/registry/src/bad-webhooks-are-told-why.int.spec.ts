import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

const good = { name: 'Orders', url: 'https://shop.example/hook', events: ['sale.created'] };
const bad: [field: string, body: object][] = [
  ['name', { ...good, name: undefined }],
  ['name', { ...good, name: '' }],
  ['name', { ...good, name: '   ' }],
  ['name', { ...good, name: 'x'.repeat(256) }],
  ['name', { ...good, name: 7 }],
  ['description', { ...good, description: 'x'.repeat(2001) }],
  ['url', { ...good, url: undefined }],
  ['url', { ...good, url: '' }],
  ['url', { ...good, url: 'shop.example' }],
  ['url', { ...good, url: 'ftp://shop.example' }],
  ['url', { ...good, url: 'https://shop.example/ hook' }],
  ['url', { ...good, url: 'https://shop.example/#a' }],
  ['url', { ...good, url: 'https://u:p@shop.example/' }],
  ['url', { ...good, url: 'http://10.1.2.3/' }],
  ['url', { ...good, url: 'http://169.254.169.254/' }],
  ['url', { ...good, url: 'http://[fd00::1]/' }],
  ['url', { ...good, url: `https://shop.example/${'x'.repeat(2048)}` }],
  ['events', { ...good, events: undefined }],
  ['events', { ...good, events: [] }],
  ['events.0', { ...good, events: ['sale.lost'] }],
  ['events.1', { ...good, events: ['sale.created', 'sale.created'] }],
  ['events', { ...good, events: 'sale.created' }],
  ['secret', { ...good, secret: 'short' }],
  ['secret', { ...good, secret: 'whsec_###' }],
  ['headers.host', { ...good, headers: { host: 'x' } }],
  ['headers.x-a', { ...good, headers: { 'x-a': 'a\r\nb: c' } }],
  ['headers.x a', { ...good, headers: { 'x a': '1' } }],
  ['headers.x-a', { ...good, headers: { 'x-a': 1 } }],
  ['maxAttempts', { ...good, maxAttempts: 0 }],
  ['maxAttempts', { ...good, maxAttempts: 21 }],
  ['maxAttempts', { ...good, maxAttempts: 1.5 }],
  ['requestTimeoutMs', { ...good, requestTimeoutMs: 999 }],
  ['requestTimeoutMs', { ...good, requestTimeoutMs: 30_001 }],
  ['rateLimitPerSecond', { ...good, rateLimitPerSecond: 0 }],
  ['ordering', { ...good, ordering: 'some' }],
  ['tenantId', { ...good, tenantId: 'a/b' }],
  ['colour', { ...good, colour: 'red' }],
  ['isActive', { ...good, isActive: false }],
  ['id', { ...good, id: '00000000-0000-4000-8000-000000000000' }],
  ['createdBy', { ...good, createdBy: 'me' }],
];

describe('a bad webhook is refused with the field and the rule', () => {
  test.each(bad)('%s: %j', async (field, body) => {
    const answer = await tenant.call('POST', '/v1/webhooks', { body });
    expect(answer.status).toBe(422);
    expect(answer.json.errors).toEqual([{ field, rule: expect.any(String), detail: expect.any(String) }]);
  });

  test('the same rules hold for a change', async () => {
    const { id } = await tenant.newWebhook();
    for (const [field, body] of bad.filter(([, body]) => !Object.values(body).includes(undefined))) {
      const changes = Object.fromEntries(Object.entries(body).filter(([name]) => name === field.split('.')[0]));
      const answer = await tenant.call('PATCH', `/v1/webhooks/${id}`, { body: changes });
      expect({ field, status: answer.status }).toEqual({ field, status: 422 });
    }
    expect((await tenant.call('GET', `/v1/webhooks/${id}`)).json.version).toBe(1);
  });

  test('what is no JSON is a bad request', async () => {
    const answer = await tenant.call('POST', '/v1/webhooks', { raw: '{"name":' });
    expect(answer).toMatchObject({ status: 400, json: { status: 400 } });
  });

  test('an operator says whose webhook it is, and that tenant is there', async () => {
    expect(await registry.call('POST', '/v1/webhooks', { body: good })).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'tenantId', rule: 'required' }] },
    });
    expect(await registry.call('POST', '/v1/webhooks', { body: { ...good, tenantId: 'nobody' } })).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'tenantId', rule: 'unknown_tenant' }] },
    });
  });
});

describe('tenants and keys', () => {
  test('a tenant may bring its id, once', async () => {
    const id = `shop-${crypto.randomUUID()}`;
    expect((await registry.call('POST', '/v1/tenants', { body: { id, name: 'Shop' } })).status).toBe(201);
    expect(await registry.call('POST', '/v1/tenants', { body: { id, name: 'Shop' } })).toMatchObject({
      status: 409,
      json: { code: 'tenant_exists' },
    });
    expect((await registry.call('GET', `/v1/tenants/${id}`)).json).toMatchObject({
      id,
      name: 'Shop',
      status: 'active',
    });
  });

  test.each([
    ['POST', '/v1/tenants', { name: '' }, 'name'],
    ['POST', '/v1/tenants', { id: 'a b', name: 'x' }, 'id'],
    ['POST', '/v1/tenants', { name: 'x', plan: 'gold' }, 'plan'],
    ['POST', 'keys', { name: 'x', role: 'operator' }, 'role'],
    ['POST', 'keys', { name: 'x', role: 'boss' }, 'role'],
    ['POST', 'keys', { role: 'tenant' }, 'name'],
  ])('%s %s %j is refused, naming %s', async (method, path, body, field) => {
    const target = path === 'keys' ? `/v1/tenants/${tenant.id}/api-keys` : path;
    expect(await registry.call(method, target, { body })).toMatchObject({ status: 422, json: { errors: [{ field }] } });
  });

  test.each([
    ['GET', '/v1/tenants/nobody'],
    ['GET', '/v1/tenants/nobody/api-keys'],
    ['POST', '/v1/tenants/nobody/suspend'],
    ['POST', '/v1/tenants/nobody/resume'],
    ['DELETE', '/v1/api-keys/nothing'],
    ['GET', '/v1/webhooks/nothing'],
  ])('%s %s is not found', async (method, path) => expect((await registry.call(method, path)).status).toBe(404));
});
