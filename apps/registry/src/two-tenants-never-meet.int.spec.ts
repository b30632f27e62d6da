import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let one: TestTenant;
let other: TestTenant;
let foreign: string;
beforeAll(async () => {
  registry = await startRegistry();
  [one, other] = [await registry.newTenant(), await registry.newTenant()];
  foreign = (await other.newWebhook()).id;
});
afterAll(() => registry.stop());

/** Every operation with the id of a webhook in its path. */
const operations: [method: string, path: string, body?: object][] = [
  ['GET', ''],
  ['PATCH', '', { name: 'Mine now' }],
  ['DELETE', ''],
  ['POST', '/enable'],
  ['POST', '/disable', { reason: 'Mine now' }],
  ['GET', '/secret'],
  ['POST', '/secret/rotate', { overlapHours: 0 }],
  ['POST', '/test', { eventType: 'sale.created' }],
  ['GET', '/history'],
  ['GET', '/history?at=2100-01-01T00:00:00Z'],
];

describe("another tenant's webhook is as if it were not there", () => {
  test.each(operations.map(([method, path, body]) => [method, path, body] as const))(
    '%s %s',
    async (method, path, body) => {
      const before = (await other.call('GET', `/v1/webhooks/${foreign}`)).json;
      const answer = await one.call(method, `/v1/webhooks/${foreign}${path}`, { body });
      expect(answer).toMatchObject({ status: 404, json: { code: 'webhook_not_found' } });
      const unknown = await one.call(method, `/v1/webhooks/00000000-0000-4000-8000-000000000000${path}`, { body });
      expect({ ...unknown.json, instance: '' }).toEqual({ ...answer.json, instance: '' });
      expect((await other.call('GET', `/v1/webhooks/${foreign}`)).json).toEqual(before);
    },
  );

  test('nor in the list, with any filter', async () => {
    const { id } = await one.newWebhook();
    const ids = async (query: string) =>
      (await one.call('GET', `/v1/webhooks${query}`)).json.data.map((webhook) => webhook.id);
    expect(await ids('')).toEqual([id]);
    expect(await ids(`?tenantId=${one.id}`)).toEqual([id]);
    expect(await ids(`?tenantId=${other.id}`)).toEqual([]);
    expect(await ids(`?q=${other.id}`)).toEqual([]);
  });

  test('and a tenant cannot create a webhook for another tenant', async () => {
    const body = { name: 'N', url: 'https://shop.example/h', events: ['sale.created'], tenantId: other.id };
    expect(await one.call('POST', '/v1/webhooks', { body })).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'tenantId', rule: 'other_tenant' }] },
    });
  });
});

describe('roles', () => {
  test.each([
    ['GET', '/v1/tenants'],
    ['POST', '/v1/tenants'],
    ['GET', '/v1/api-keys'],
    ['POST', '/v1/api-keys'],
    ['DELETE', '/v1/api-keys/00000000-0000-4000-8000-000000000000'],
  ])("%s %s is the operator's", async (method, path) => {
    expect((await one.call(method, path)).status).toBe(403);
    expect((await registry.call(method, path, { key: 'sgn_t_wrong' })).status).toBe(401);
    expect((await registry.call(method, path, { key: '' })).status).toBe(401);
  });

  test("a tenant's keys are not for tenants, not even its own", async () => {
    for (const { id } of [one, other]) {
      expect((await one.call('GET', `/v1/tenants/${id}/api-keys`)).status).toBe(403);
      expect(
        (await one.call('POST', `/v1/tenants/${id}/api-keys`, { body: { name: 'x', role: 'tenant' } })).status,
      ).toBe(403);
      expect((await one.call('POST', `/v1/tenants/${id}/suspend`)).status).toBe(403);
    }
  });

  test('a producer posts events and reads no webhook', async () => {
    const key = await one.newKey('producer');
    for (const [method, path, body] of operations) {
      expect((await registry.call(method, `/v1/webhooks/${foreign}${path}`, { key, body })).status).toBe(403);
    }
    expect((await registry.call('GET', '/v1/webhooks', { key })).status).toBe(403);
    expect((await registry.call('GET', '/v1/event-types', { key })).status).toBe(200);
  });

  test('an operator sees and serves every tenant', async () => {
    const { id } = await one.newWebhook();
    const page = (await registry.call('GET', `/v1/webhooks?q=${one.id}`)).json;
    expect(page.data[0]).toMatchObject({ id, tenantId: one.id, tenantName: one.name });
    expect((await registry.call('GET', `/v1/webhooks?tenantId=${other.id}`)).json.data).toHaveLength(1);
    expect((await registry.call('PATCH', `/v1/webhooks/${id}`, { body: { name: 'Mended' } })).status).toBe(200);
  });

  test("a suspended tenant's keys read and change nothing, until it is resumed", async () => {
    const tenant = await registry.newTenant();
    expect((await tenant.call('GET', '/v1/webhooks')).status).toBe(200);
    const suspended = await registry.call('POST', `/v1/tenants/${tenant.id}/suspend`, { body: { reason: 'Unpaid' } });
    expect(suspended.json).toMatchObject({ status: 'suspended', suspendedDetail: 'Unpaid' });
    expect((await tenant.call('GET', '/v1/webhooks')).status).toBe(200);
    const body = { name: 'Webhook', url: 'https://shop.example/hook', events: ['sale.created'] };
    const refused = await tenant.call('POST', '/v1/webhooks', { body });
    expect(refused).toMatchObject({ status: 403, json: { code: 'tenant_suspended' } });
    expect((await registry.call('POST', `/v1/tenants/${tenant.id}/resume`)).json).toMatchObject({ status: 'active' });
    expect((await tenant.call('POST', '/v1/webhooks', { body })).status).toBe(201);
  });

  test('a revoked key is refused at once', async () => {
    const tenant = await registry.newTenant();
    const keys = (await registry.call('GET', `/v1/tenants/${tenant.id}/api-keys`)).json.data;
    expect(keys).toHaveLength(1);
    expect(JSON.stringify(keys)).not.toContain(tenant.key);
    expect(tenant.key.startsWith(keys[0].prefix)).toBe(true);
    expect((await registry.call('DELETE', `/v1/api-keys/${keys[0].id}`)).status).toBe(204);
    expect((await tenant.call('GET', '/v1/webhooks')).status).toBe(401);
    expect((await registry.call('DELETE', `/v1/api-keys/${keys[0].id}`)).status).toBe(404);
  });
});
