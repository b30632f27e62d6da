import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EVENT_TYPES } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import pg from 'pg';
import type { AnswerJson } from './testing/answers.ts';
import type { Outcomes } from './testing/outcomes.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';
import { isSubscribedTo } from './webhook/domain/webhook.decider.ts';

// The rows of the requirements in their own words, so that each can be checked; docs/requirements.md names the tests
// that go deeper. The rows about deliveries are in apps/delivery/src/requirements.int.spec.ts.

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

const body = { name: 'Orders', url: 'https://shop.example/hook', events: ['sale.created'] };
const register = async (more: object = {}) =>
  (await tenant.call('POST', '/v1/webhooks', { body: { ...body, url: `${body.url}/${crypto.randomUUID()}`, ...more } }))
    .json;
const read = async (id: string) => (await tenant.call('GET', `/v1/webhooks/${id}`)).json;
const until = (id: string, condition: (webhook: AnswerJson) => boolean, what: string) =>
  waitFor(async () => condition(await read(id)), { what });
const factsOf = async (id: string): Promise<string[]> => {
  const { data } = (await tenant.call('GET', `/v1/webhooks/${id}/history?limit=200`)).json;
  return data.toReversed().map(({ type, data: fact }) => `${type} ${fact.failures ?? ''}`.trim());
};
async function failing(times: number): Promise<{ id: string; outcomes: Outcomes }> {
  const webhook = await register();
  const outcomes = registry.outcomesOf(webhook);
  while (outcomes.failed < times) await outcomes.fail();
  await until(webhook.id, ({ consecutiveFailures }) => consecutiveFailures === times, `${times} failures in a row`);
  return { id: webhook.id, outcomes };
}

describe('requirement 32: webhook and integration management', () => {
  test('32.1 Tenants register webhook URLs for event notifications', async () => {
    const answer = await tenant.call('POST', '/v1/webhooks', { body });
    expect(answer).toMatchObject({ status: 201, json: { ...body, tenantId: tenant.id } });
  });

  test('32.2 Tenants select which events trigger each webhook', async () => {
    const { id } = await register({ events: ['sale.created', 'sale.refunded'] });
    const changed = await tenant.call('PATCH', `/v1/webhooks/${id}`, { body: { events: ['inventory.low_stock'] } });
    expect(changed.json['events']).toEqual(['inventory.low_stock']);
    const unknown = await tenant.call('PATCH', `/v1/webhooks/${id}`, { body: { events: ['inventory.gone'] } });
    expect(unknown).toMatchObject({ status: 422, json: { errors: [{ rule: 'unknown_event_type' }] } });
  });

  test('32.3 Payloads are signed with HMAC so that receivers can verify them: the secret is the receiver’s to have', async () => {
    const { id, secret } = await register();
    expect((await tenant.call('GET', `/v1/webhooks/${id}/secret`)).json).toEqual({ secret, former: [] });
  });

  test('23.2 A management interface for tenants and for the platform’s operators: each sees what is theirs', async () => {
    const { id } = await register();
    const stranger = await registry.newTenant();
    const seen = async (as: TestTenant | TestRegistry) =>
      (await as.call('GET', '/v1/webhooks?limit=200')).json.data.some((webhook) => webhook.id === id);
    expect([await seen(tenant), await seen(registry), await seen(stranger)]).toEqual([true, true, false]);
  });
});

describe('Webhook, field by field', () => {
  let webhook: AnswerJson;
  beforeAll(async () => {
    webhook = await register({ description: 'For the books' });
  });

  test('id: UUID', () =>
    expect(webhook.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/));
  test('tenant: the tenant that owns it', () => expect(webhook.tenantId).toBe(tenant.id));
  test('name, description (optional): for people', async () => {
    expect(webhook).toMatchObject({ name: 'Orders', description: 'For the books' });
    expect((await register()).description).toBeNull();
  });
  test('url: where deliveries go', () => expect(webhook['url']).toContain('https://shop.example/hook'));
  test('events: list of subscribed event types, at least one', async () => {
    expect(webhook['events']).toEqual(['sale.created']);
    expect((await tenant.call('POST', '/v1/webhooks', { body: { ...body, events: [] } })).status).toBe(422);
  });
  test('secret: HMAC secret; 48 random bytes when none is given', () => {
    const [, base64 = ''] = /^whsec_(.+)$/.exec(webhook.secret) ?? [];
    expect(Buffer.from(base64, 'base64')).toHaveLength(48);
  });
  test.each([
    ['whsec_ and base64 of 24 bytes', `whsec_${Buffer.alloc(24, 7).toString('base64')}`],
    ['whsec_ and base64 of 64 bytes', `whsec_${Buffer.alloc(64, 7).toString('base64')}`],
    ['32 printable characters', 'x'.repeat(32)],
    ['256 printable characters', '~ '.repeat(128)],
  ])('secret: the tenant may bring its own: %s', async (_what, secret) =>
    expect((await register({ secret })).secret).toBe(secret),
  );
  test('isActive: off: nothing is delivered', () => {
    expect(webhook.isActive).toBe(true);
    expect(isSubscribedTo({ isActive: false, events: ['sale.created'] }, 'sale.created')).toBe(false);
  });
  test('consecutiveFailures: failures in a row; a success resets it to 0', async () => {
    expect(webhook.consecutiveFailures).toBe(0);
    const { id, outcomes } = await failing(2);
    await outcomes.succeed();
    await until(id, ({ consecutiveFailures }) => consecutiveFailures === 0, 'the reset');
  });
  test('lastFailureAt, lastSuccessAt: times', async () => {
    expect(webhook).toMatchObject({ lastFailureAt: null, lastSuccessAt: null });
    const { id, outcomes } = await failing(1);
    expect((await read(id)).lastFailureAt).toBe(outcomes.lastEndedAt);
    await outcomes.succeed();
    await until(id, ({ lastSuccessAt }) => lastSuccessAt === outcomes.lastEndedAt, 'the success');
  });
  test('createdBy: the user or key that created it, set by the system', async () => {
    expect(webhook['createdBy']).toMatch(/^Till \([0-9a-f-]{36}\)$/);
    const chosen = await tenant.call('POST', '/v1/webhooks', { body: { ...body, createdBy: 'me' } });
    expect(chosen).toMatchObject({ status: 422, json: { errors: [{ field: 'createdBy', rule: 'unknown_field' }] } });
  });
  test('createdAt, updatedAt: times', async () => {
    expect(webhook['createdAt']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const { json } = await tenant.call('PATCH', `/v1/webhooks/${webhook.id}`, { body: { name: 'Sales' } });
    expect(json['createdAt']).toBe(webhook['createdAt']);
    expect(String(json['updatedAt']) > String(webhook['updatedAt'])).toBe(true);
  });
});

describe('Webhook, its behaviour', () => {
  test('is it subscribed to an event type', () => {
    const webhook = { isActive: true, events: ['sale.created'] };
    expect(isSubscribedTo(webhook, 'sale.created')).toBe(true);
    expect(isSubscribedTo(webhook, 'sale.updated')).toBe(false);
  });
  test('record a success (counter back to 0)', async () => {
    const { id, outcomes } = await failing(4);
    await outcomes.succeed();
    await until(id, ({ consecutiveFailures }) => consecutiveFailures === 0, 'the reset');
    expect((await factsOf(id)).at(-1)).toBe('WebhookRecovered 4');
  });
  test('record a failure (counter + 1)', async () => {
    const { id, outcomes } = await failing(1);
    await outcomes.fail();
    await until(id, ({ consecutiveFailures }) => consecutiveFailures === 2, 'one more');
  });
  test('disabled automatically at the 10th failure in a row; alert at the 3rd, 5th and 10th, and at no other', async () => {
    const { id } = await failing(9);
    expect(await read(id)).toMatchObject({ isActive: true });
    const tenth = await failing(10);
    expect(await read(tenth.id)).toMatchObject({ isActive: false, disabledReason: 'failing' });
    const failure = 'WebhookAttemptFailed';
    const alert = (count: number) => `WebhookFailureAlertRaised ${count}`;
    expect(await factsOf(tenth.id)).toEqual([
      'WebhookRegistered',
      ...[failure, failure, failure, alert(3)],
      ...[failure, failure, alert(5)],
      ...[failure, failure, failure, failure, failure, alert(10)],
      'WebhookDisabled',
    ]);
  });
  test('human-readable names of its events', async () => {
    const { eventNames } = await register({ events: ['repair_order.status_changed', 'sale.created'] });
    expect(eventNames).toEqual(['Repair Order Status Changed', 'Sale Created']);
  });
  test.each([
    ['(tenant, isActive)', /\(tenant_id, is_active\)$/],
    ['(tenant, createdAt descending)', /\(tenant_id, created_at DESC, id DESC\)$/],
  ])('indexed by %s', async (_what, definition) => {
    const { rows } = await database.query<{ indexdef: string }>(
      `select indexdef from pg_indexes where schemaname = 'registry' and tablename = 'webhooks'`,
    );
    expect(rows.map(({ indexdef }) => indexdef)).toContainEqual(expect.stringMatching(definition));
  });
});

describe('Event types', () => {
  const required = [
    ['sale.created', 'Sale Created'],
    ['sale.updated', 'Sale Updated'],
    ['sale.refunded', 'Sale Refunded'],
    ['inventory.created', 'Inventory Item Created'],
    ['inventory.updated', 'Inventory Item Updated'],
    ['inventory.low_stock', 'Inventory Low Stock'],
    ['customer.created', 'Customer Created'],
    ['customer.updated', 'Customer Updated'],
    ['repair_order.created', 'Repair Order Created'],
    ['repair_order.status_changed', 'Repair Order Status Changed'],
    ['purchase_order.created', 'Purchase Order Created'],
    ['purchase_order.received', 'Purchase Order Received'],
  ];

  test.each(required)(
    '%s is shown as %s, with schema and example, and can be subscribed to',
    async (name, displayName) => {
      const { data } = (await tenant.call('GET', '/v1/event-types')).json;
      const shown = data.find((type) => type.name === name);
      expect(shown).toMatchObject({ name, displayName, schema: { type: 'object' }, example: expect.any(Object) });
      expect((await register({ events: [name] }))['eventNames']).toEqual([displayName]);
    },
  );

  test('five domains: sale, inventory, customer, repair_order, purchase_order', () => {
    const sent = EVENT_TYPES.filter(({ domain }) => domain !== 'webhook');
    expect([...new Set(sent.map(({ domain }) => domain))]).toEqual([
      'sale',
      'inventory',
      'customer',
      'repair_order',
      'purchase_order',
    ]);
    // Event types that were added since are not part of this requirement.
    expect(required).toHaveLength(12);
    expect(sent.map(({ name }) => name)).toEqual(expect.arrayContaining(required.map(([name]) => name)));
  });
});

describe('Management interface: webhooks', () => {
  let own: TestTenant;
  let webhooks: Record<'sales' | 'stock', AnswerJson>;
  let before: string;
  beforeAll(async () => {
    own = await registry.newTenant();
    before = new Date().toISOString();
    webhooks = {
      sales: await own.newWebhook({ name: 'Sales 100%', description: 'For the till' }),
      stock: await own.newWebhook({ name: 'Stock', url: 'https://stock.example/in', events: ['inventory.low_stock'] }),
    };
    await own.call('POST', `/v1/webhooks/${webhooks.stock.id}/disable`);
    const outcomes = registry.outcomesOf(webhooks.sales);
    await outcomes.succeed();
    await outcomes.fail();
    await waitFor(
      async () => (await own.call('GET', `/v1/webhooks/${webhooks.sales.id}`)).json.consecutiveFailures === 1,
      { what: 'the failure' },
    );
  });
  const found = async (query: string, as: TestTenant | TestRegistry = own) => {
    const { data } = (await as.call('GET', `/v1/webhooks?${query}`)).json;
    return data.map(({ id }) => (id === webhooks.sales.id ? 'sales' : id === webhooks.stock.id ? 'stock' : 'other'));
  };

  test('listed with name, tenant, URL, status and failure tracking', async () => {
    const { data } = (await own.call('GET', '/v1/webhooks')).json;
    expect(data[1]).toMatchObject({
      name: 'Sales 100%',
      tenantId: own.id,
      tenantName: own.name,
      url: webhooks.sales['url'],
      isActive: true,
      consecutiveFailures: 1,
      lastFailureAt: expect.any(String),
      lastSuccessAt: expect.any(String),
      summary: expect.stringMatching(/^Failing: 1 failure in a row, the last at .*; at 10 it is disabled\.$/),
    });
  });
  test.each<[string, () => string, string[]]>([
    ['active', () => 'active=true', ['sales']],
    ['not active', () => 'active=false', ['stock']],
    ['created', () => `createdAfter=${before}`, ['stock', 'sales']],
    ['created before', () => `createdBefore=${before}`, []],
    ['last success', () => `lastSuccessAfter=${before}`, ['sales']],
    ['last failure', () => `lastFailureAfter=${before}`, ['sales']],
    ['last failure before', () => `lastFailureBefore=${before}`, []],
  ])('filtered by %s', async (_what, query, expected) => expect(await found(query())).toEqual(expected));
  test.each<[string, () => string, string[]]>([
    ['name', () => 'sALES 1', ['sales']],
    ['name, with what means something to databases', () => '100%', ['sales']],
    ['URL', () => 'stock.example/', ['stock']],
    ['description', () => 'the till', ['sales']],
    ['tenant', () => own.name, ['stock', 'sales']],
    ['tenant, by its id', () => own.id, ['stock', 'sales']],
  ])('searched by %s', async (_what, q, expected) =>
    expect(await found(`q=${encodeURIComponent(q())}`, registry)).toEqual(expected),
  );
  test('shown in groups: basic information, configuration, security, status, metadata', async () => {
    const { components } = (await own.call('GET', '/openapi.json')).json as unknown as {
      components: { schemas: { CreatedWebhook: { properties: Record<string, { 'x-group': string }> } } };
    };
    const { properties } = components.schemas.CreatedWebhook;
    const grouped: Record<string, string[]> = {};
    for (const [name, { 'x-group': group }] of Object.entries(properties)) (grouped[group] ??= []).push(name);
    expect(grouped).toEqual({
      'basic information': ['id', 'tenantId', 'name', 'description', 'url', 'tenantName'],
      configuration: [
        'events',
        'eventNames',
        'headers',
        'maxAttempts',
        'requestTimeoutMs',
        'rateLimitPerSecond',
        'ordering',
      ],
      security: ['legacySignatureHeader', 'clientCertificate', 'secret'],
      status: expect.arrayContaining(['isActive', 'summary', 'consecutiveFailures', 'lastSuccessAt', 'lastFailureAt']),
      metadata: ['createdBy', 'createdAt', 'updatedAt', 'version'],
    });
  });
  // No query per row: lists-use-their-indexes.int.spec.ts counts the statements of every list.
});
