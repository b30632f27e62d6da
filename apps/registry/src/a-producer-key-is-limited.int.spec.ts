import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { apiKeySnapshot, REGISTRY_API_KEYS } from '@signet/contracts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let one: TestTenant;
let two: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  one = await registry.newTenant();
  two = await registry.newTenant();
});
afterAll(() => registry.stop());

const create = (body: object, path = '/v1/api-keys') => registry.call('POST', path, { body });
const ofTenant = (body: object) => create(body, `/v1/tenants/${one.id}/api-keys`);

test('a producer of one tenant is limited to event types, and its limit is published', async () => {
  const keys = await registry.follow(REGISTRY_API_KEYS);
  const { status, json } = await ofTenant({ name: 'Till', role: 'producer', eventTypes: ['sale.created'] });
  expect({ status, json }).toMatchObject({ status: 201, json: { eventTypes: ['sale.created'], tenants: null } });
  const [listed] = (await registry.call('GET', `/v1/tenants/${one.id}/api-keys`)).json.data;
  expect(listed).toMatchObject({ id: json.id, eventTypes: ['sale.created'], tenants: null });
  expect(apiKeySnapshot.parse(await keys.json(json.id))).toMatchObject({
    tenantId: one.id,
    eventTypes: ['sale.created'],
    tenants: null,
  });
});

test('a producer key without a tenant is limited to some tenants, cannot read their data, and is listed', async () => {
  const keys = await registry.follow(REGISTRY_API_KEYS);
  const tenants = [one.id, two.id];
  const { status, json } = await create({ name: 'Bus', role: 'producer', tenants });
  expect({ status, json }).toMatchObject({ status: 201, json: { tenantId: null, eventTypes: null, tenants } });
  expect(apiKeySnapshot.parse(await keys.json(json.id))).toMatchObject({ tenantId: null, role: 'producer', tenants });
  const { data } = (await registry.call('GET', '/v1/api-keys')).json;
  expect(data.find(({ id }) => id === json.id)).toMatchObject({ role: 'producer', tenants });
  await one.newWebhook();
  const { key } = json;
  expect((await registry.call('GET', '/v1/event-types', { key })).status).toBe(200);
  for (const path of ['/v1/webhooks', '/v1/tenants', `/v1/tenants/${one.id}`, '/v1/api-keys']) {
    const answer = await registry.call('GET', path, { key });
    expect({ path, status: answer.status }).toEqual({ path, status: 403 });
  }
});

test('a key is made only with a role: a forgotten one does not become an operator', async () => {
  const refused = { status: 422, json: { code: 'invalid_body', errors: [{ field: 'role' }] } };
  const before = (await registry.call('GET', '/v1/api-keys')).json.data.length;
  expect(await create({ name: 'Ann' })).toMatchObject(refused);
  expect(await ofTenant({ name: 'Ann' })).toMatchObject(refused);
  expect((await registry.call('GET', '/v1/api-keys')).json.data).toHaveLength(before);
});

test('a key begins with its role, and so it is listed', async () => {
  const made = [
    await create({ name: 'Olga', role: 'operator' }),
    await create({ name: 'Bus', role: 'producer' }),
    await ofTenant({ name: 'Till', role: 'tenant' }),
  ].map(({ json }) => json);
  expect(made.map(({ key }) => key.slice(0, 'sgn_op_'.length))).toEqual(['sgn_op_', 'sgn_pr_', 'sgn_tn_']);
  const lists = ['/v1/api-keys', `/v1/tenants/${one.id}/api-keys`].map((path) => registry.call('GET', path));
  const listed = (await Promise.all(lists)).flatMap(({ json }) => json.data);
  for (const { id, key } of made) {
    const prefix = String(listed.find((one) => one.id === id)?.['prefix']);
    expect(prefix).toMatch(/^sgn_(op|pr|tn)_\w{5}$/);
    expect(key.startsWith(prefix)).toBe(true);
  }
});

describe('a limit is refused', () => {
  const unknown = { status: 422, json: { code: 'invalid_body' } };
  const without = { status: 422, json: { code: 'limit_not_allowed' } };

  test.each<[what: string, body: object, expected: object]>([
    ['that names an unknown type', { eventTypes: ['sale.*'] }, { ...unknown, field: 'eventTypes.0' }],
    ["that names one of Signet's own", { eventTypes: ['webhook.disabled'] }, { ...unknown, field: 'eventTypes.0' }],
    [
      'that names a type twice',
      { eventTypes: ['sale.created', 'sale.created'] },
      { ...unknown, field: 'eventTypes.1' },
    ],
    ['that names nothing', { eventTypes: [] }, { ...unknown, field: 'eventTypes' }],
    ['that names an unknown tenant', { tenants: ['unknown-tenant'] }, { ...unknown, field: 'tenants.0' }],
    ['that names no tenant', { tenants: [] }, { ...unknown, field: 'tenants' }],
    ['of an operator', { role: 'operator', eventTypes: ['sale.created'] }, { ...without, field: 'eventTypes' }],
  ])('%s', async (_what, body, { field, ...expected }: { field?: string }) => {
    const answer = await create({ name: 'Till', role: 'producer', ...body });
    expect(answer).toMatchObject(expected);
    expect(answer.json.errors).toMatchObject([{ field }]);
  });

  test('of the key of a tenant', async () => {
    expect(await ofTenant({ name: 'Till', role: 'tenant', eventTypes: ['sale.created'] })).toMatchObject(without);
    expect(await ofTenant({ name: 'Till', role: 'producer', tenants: [two.id] })).toMatchObject({ status: 422 });
  });
});
