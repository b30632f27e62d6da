import { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { databaseOptions } from '@signet/service-kit';
import { selfSigned, testBrokers, waitFor } from '@signet/testing';
import pg from 'pg';
import { registryDatabase } from './database/database.ts';
import { rebuildActivity, rebuildProjections } from './rebuild/rebuild-read-models.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

const READ_MODELS = ['tenants', 'api_keys', 'webhooks', 'webhook_activity'];
let registry: TestRegistry;
let tenant: TestTenant;
let client: pg.Client;
let orm: MikroORM;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
  client = new pg.Client({ connectionString: registry.database.url });
  await client.connect();
  orm = await MikroORM.init(databaseOptions(registryDatabase(registry.settings)));
});
afterAll(async () => {
  await orm.close();
  await client.end();
  await registry.stop();
});

/** Every row of every read model, as text, so that nothing is lost on the way. */
async function rows(): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const table of READ_MODELS) {
    const { rows } = await client.query(`select row_to_json(t)::text as row from registry.${table} t order by 1`);
    all[table] = rows.map(({ row }) => row);
  }
  return all;
}

/** Does everything once that can happen to a webhook. */
async function liveALittle(): Promise<void> {
  const changed = await tenant.newWebhook({ headers: { 'x-a': '1' }, rateLimitPerSecond: 0.3, description: 'Till' });
  const path = `/v1/webhooks/${changed.id}`;
  await tenant.call('PATCH', path, {
    body: { maxAttempts: 7, description: null, events: ['sale.created', 'sale.updated'] },
  });
  const { cert: certificate, key } = selfSigned('shop.example');
  await tenant.call('PATCH', path, { body: { clientCertificate: { certificate, key } } });
  await tenant.call('POST', `${path}/secret/rotate`);
  await tenant.call('POST', `${path}/test`, { body: { eventType: 'sale.created' } });
  await tenant.call('POST', `${path}/disable`, { body: { reason: 'Pause' } });
  await tenant.call('POST', `${path}/enable`);
  const failing = await tenant.newWebhook();
  const outcomes = registry.outcomesOf(failing);
  await outcomes.succeed();
  for (let count = 0; count < 12; count++) await outcomes.fail();
  const recovering = registry.outcomesOf(changed);
  await recovering.fail();
  await waitFor(async () => (await tenant.call('GET', path)).json.consecutiveFailures === 1, { what: 'a failure' });
  await recovering.succeed();
  await waitFor(async () => (await tenant.call('GET', path)).json.consecutiveFailures === 0, { what: 'a recovery' });
  await waitFor(
    async () => (await tenant.call('GET', `/v1/webhooks/${failing.id}`)).json.lastFailureAt === outcomes.lastEndedAt,
    { what: 'the last outcome' },
  );
  const deleted = await tenant.newWebhook();
  await tenant.call('DELETE', `/v1/webhooks/${deleted.id}`);
  const other = await registry.newTenant();
  await other.call('PATCH', `/v1/tenants/${other.id}`, { body: { alertEmail: 'ops@shop.example' } });
  await registry.call('POST', `/v1/tenants/${other.id}/suspend`, { body: { reason: 'Unpaid' } });
  const [apiKey] = (await registry.call('GET', `/v1/tenants/${other.id}/api-keys`)).json.data;
  await registry.call('DELETE', `/v1/api-keys/${apiKey?.id}`);
  const limits = { eventTypes: ['sale.created', 'sale.updated'], tenants: [other.id] };
  await registry.call('POST', '/v1/api-keys', { body: { name: 'Bus', role: 'producer', ...limits } });
}

test('projections that are dropped and rebuilt are what they were, row for row', async () => {
  await liveALittle();
  const before = await rows();
  expect(before['webhooks']).toHaveLength(2);
  await client.query(`delete from registry.webhooks`);
  await client.query(`update registry.tenants set name = 'spoilt'`);
  await client.query(`delete from registry.webhook_activity`);
  expect(await rows()).not.toEqual(before);
  await rebuildProjections(orm.em.fork());
  await rebuildActivity(orm.em.fork(), { brokers: testBrokers(), clientId: 'registry-test' });
  expect(await rows()).toEqual(before);
});

test('a rebuild never sets back the times of the last success and failure', async () => {
  const before = await rows();
  const known = `update registry.webhook_activity set last_success_at = '2100-01-01T00:00:00Z'`;
  await client.query(known);
  await rebuildProjections(orm.em.fork());
  await rebuildActivity(orm.em.fork(), { brokers: testBrokers(), clientId: 'registry-test' });
  const after = await rows();
  expect(after['webhooks']).toEqual(before['webhooks']);
  expect(after['webhook_activity']?.every((row) => row.includes('2100-01-01'))).toBe(true);
});
