import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EVENT_TYPES } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

const OPERATIONS = [
  'DELETE /v1/api-keys/{id}',
  'DELETE /v1/session',
  'DELETE /v1/webhooks/enablings/{id}',
  'DELETE /v1/webhooks/{id}',
  'GET /v1/api-keys',
  'GET /v1/api-keys/current',
  'GET /v1/event-types',
  'GET /v1/session',
  'GET /v1/tenants',
  'GET /v1/tenants/{id}',
  'GET /v1/tenants/{id}/history',
  'GET /v1/tenants/{tenantId}/api-keys',
  'GET /v1/webhooks',
  'GET /v1/webhooks/enablings',
  'GET /v1/webhooks/enablings/{id}',
  'GET /v1/webhooks/{id}',
  'GET /v1/webhooks/{id}/history',
  'GET /v1/webhooks/{id}/secret',
  'PATCH /v1/tenants/{id}',
  'PATCH /v1/webhooks/{id}',
  'POST /v1/api-keys',
  'POST /v1/session',
  'POST /v1/tenants',
  'POST /v1/tenants/{id}/resume',
  'POST /v1/tenants/{id}/suspend',
  'POST /v1/tenants/{tenantId}/api-keys',
  'POST /v1/webhooks',
  'POST /v1/webhooks/enablings',
  'POST /v1/webhooks/{id}/disable',
  'POST /v1/webhooks/{id}/enable',
  'POST /v1/webhooks/{id}/secret/rotate',
  'POST /v1/webhooks/{id}/test',
];
let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

const metrics = async (): Promise<string> => (await fetch(`${registry.service.managementUrl}/metrics`)).text();

test('the catalogue of event types is served', async () => {
  const { json } = await tenant.call('GET', '/v1/event-types');
  expect(json.data).toEqual(EVENT_TYPES);
});

test('webhooks are counted by state, and one has a series of its own only while it is failing', async () => {
  const { id, tenantId } = await tenant.newWebhook();
  expect(await metrics()).toMatch(/^signet_registry_webhooks\{state="active"\} 1$/m);
  expect(await metrics()).not.toContain(id);
  const outcomes = registry.outcomesOf({ id, tenantId });
  await outcomes.fail();
  const series = `signet_webhook_consecutive_failures{webhook_id="${id}",tenant_id="${tenantId}"} 1`;
  await waitFor(async () => (await metrics()).includes(series), { what: 'its series' });
  await outcomes.succeed();
  await waitFor(async () => !(await metrics()).includes(id), { what: 'its series to go' });
  expect(await metrics()).toMatch(/^signet_relay_lag_seconds\{relay="registry"\} /m);
});

test('a webhook that failures have disabled keeps its series, is shown as disabled, and is counted', async () => {
  const { id, tenantId } = await tenant.newWebhook();
  const labels = `webhook_id="${id}",tenant_id="${tenantId}"`;
  const outcomes = registry.outcomesOf({ id, tenantId });
  for (let failure = 1; failure <= 10; failure += 1) await outcomes.fail();
  const series = [
    `signet_webhook_consecutive_failures{${labels}} 10`,
    `signet_webhook_disabled{${labels},reason="failing"} 1`,
    'signet_webhooks_disabled_total{reason="failing"} 1',
    'signet_webhook_alerts_total{threshold="3"} 1',
    'signet_webhook_alerts_total{threshold="10"} 1',
    'signet_webhook_series_left_out{metric="signet_webhook_disabled"} 0',
  ];
  await waitFor(
    async () => {
      const shown = (await metrics()).split('\n');
      return series.every((line) => shown.includes(line));
    },
    { what: 'its series' },
  );
  await tenant.call('POST', `/v1/webhooks/${id}/enable`);
  await waitFor(async () => !(await metrics()).includes(id), { what: 'its series to go' });
});

test('readiness names what it waits for: the database and the group', async () => {
  const ready = () => fetch(`${registry.service.managementUrl}/readyz`);
  await waitFor(async () => (await ready()).ok, { what: 'the group to be joined' });
  expect(await (await ready()).json()).toMatchObject({ status: 'ok', checks: { database: 'ok', outcomes: 'ok' } });
  const live = await fetch(`${registry.service.managementUrl}/livez`);
  expect(await live.json()).toMatchObject({ status: 'ok', checks: { outcomes: 'ok' } });
});

test('OpenAPI describes every operation, and needs no key', async () => {
  const document = (await (await fetch(`${registry.service.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { summary: string }>>;
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary }]) => [`${method.toUpperCase()} ${path}`, summary] as const),
  );
  expect(operations.map(([operation]) => operation).toSorted()).toEqual(OPERATIONS);
  expect(operations.filter(([, summary]) => !summary)).toEqual([]);
});
