import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  apiKeySnapshot,
  DELIVERY_REQUESTS,
  REGISTRY_API_KEYS,
  REGISTRY_TENANTS,
  REGISTRY_WEBHOOKS,
  requestsOfRecord,
  tenantSnapshot,
  webhookSecretContext,
  webhookSnapshot,
} from '@signet/contracts';
import { SealingKeys } from '@signet/signature';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

test('the present state of a webhook is published with its secret sealed, and a tombstone when it is deleted', async () => {
  const records = await registry.follow(REGISTRY_WEBHOOKS);
  const { id, secret } = await tenant.newWebhook({ maxAttempts: 3, ordering: 'subject', headers: { 'x-a': '1' } });
  const path = `/v1/webhooks/${id}`;
  const first = webhookSnapshot.parse(await records.json(id, ({ version }) => version === 1));
  expect(first).toMatchObject({
    id,
    tenantId: tenant.id,
    maxAttempts: 3,
    ordering: 'subject',
    headers: { 'x-a': '1' },
  });
  const [sealed] = first.secrets;
  const opened = SealingKeys.parse(registry.sealingKeys).open(sealed?.sealed ?? '', webhookSecretContext(id));
  expect(opened).toBe(secret);

  await tenant.call('POST', `${path}/secret/rotate`);
  const rotated = webhookSnapshot.parse(await records.json(id, ({ version }) => version === 2));
  expect(rotated.secrets).toEqual([
    { sealed: expect.any(String), expiresAt: null },
    { sealed: sealed?.sealed, expiresAt: expect.any(String) },
  ]);
  await tenant.call('POST', `${path}/disable`);
  expect(await records.json(id, ({ version }) => version === 3)).toMatchObject({ isActive: false });
  await tenant.call('DELETE', path);
  await records.tombstone(id);
  expect(records.text()).not.toContain(secret);
});

test('a key and its tenant are published, the key as a hash, and as a tombstone when it is revoked', async () => {
  const keys = await registry.follow(REGISTRY_API_KEYS);
  const tenants = await registry.follow(REGISTRY_TENANTS);
  const other = await registry.newTenant();
  const [key] = (await registry.call('GET', `/v1/tenants/${other.id}/api-keys`)).json.data;
  expect(apiKeySnapshot.parse(await keys.json(key.id))).toMatchObject({ tenantId: other.id, role: 'tenant' });
  await registry.call('DELETE', `/v1/api-keys/${key.id}`);
  await keys.tombstone(key.id);
  expect(keys.text()).not.toContain(other.key);

  await registry.call('POST', `/v1/tenants/${other.id}/suspend`, { body: { reason: 'Unpaid' } });
  expect(tenantSnapshot.parse(await tenants.json(other.id, ({ version }) => version === 2))).toEqual({
    id: other.id,
    name: other.name,
    status: 'suspended',
    version: 2,
  });
  await registry.call('POST', `/v1/tenants/${other.id}/resume`);
  expect(await tenants.json(other.id, ({ version }) => version === 3)).toMatchObject({ status: 'active' });
});

test('a test is requested with the example of its event type', async () => {
  const requests = await registry.follow(DELIVERY_REQUESTS);
  const { id } = await tenant.newWebhook();
  const asked = await tenant.call('POST', `/v1/webhooks/${id}/test`, { body: { eventType: 'sale.refunded' } });
  expect(asked.status).toBe(202);
  const record = await requests.record(id);
  expect(requestsOfRecord(record)?.[0]?.request).toMatchObject({
    ...asked.json,
    webhookId: id,
    tenantId: tenant.id,
    eventType: 'sale.refunded',
    kind: 'test',
  });
  const catalogue = (await tenant.call('GET', '/v1/event-types')).json.data;
  const example = catalogue.find(({ name }) => name === 'sale.refunded')?.example;
  expect(JSON.parse(record.value?.toString() ?? '')).toEqual({
    type: 'sale.refunded',
    timestamp: expect.any(String),
    data: example,
  });

  const unknown = await tenant.call('POST', `/v1/webhooks/${id}/test`, { body: { eventType: 'sale.lost' } });
  expect(unknown).toMatchObject({ status: 422, json: { errors: [{ field: 'eventType' }] } });
  await tenant.call('POST', `/v1/webhooks/${id}/disable`);
  expect((await tenant.call('POST', `/v1/webhooks/${id}/test`, { body: { eventType: 'sale.refunded' } })).status).toBe(
    409,
  );
});
