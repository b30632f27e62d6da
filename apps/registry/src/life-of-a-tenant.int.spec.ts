import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
let other: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
  other = await registry.newTenant();
});
afterAll(() => registry.stop());

const patch = (body: object, as: TestTenant | TestRegistry = tenant, id = tenant.id) =>
  as.call('PATCH', `/v1/tenants/${id}`, { body });

describe('a tenant', () => {
  test('sets its own alert address, and reads it back', async () => {
    expect(await patch({ alertEmail: 'ops@shop.example' })).toMatchObject({
      status: 200,
      json: { id: tenant.id, name: tenant.name, alertEmail: 'ops@shop.example', status: 'active', version: 2 },
    });
    expect((await tenant.call('GET', `/v1/tenants/${tenant.id}`)).json).toMatchObject({
      alertEmail: 'ops@shop.example',
    });
    expect((await patch({ alertEmail: 'ops@shop.example' })).json.version).toBe(2);
    expect((await patch({ alertEmail: null })).json['alertEmail']).toBeNull();
  });

  test('is warned where no mail server is configured, in each answer that shows the address', async () => {
    const alertEmailWarning = expect.stringContaining('SIGNET_SMTP_URL');
    expect((await patch({ alertEmail: 'ops@shop.example' })).json).toMatchObject({ alertEmailWarning });
    expect((await tenant.call('GET', `/v1/tenants/${tenant.id}`)).json).toMatchObject({ alertEmailWarning });
    expect((await registry.call('GET', `/v1/tenants?q=${tenant.id}`)).json['data']).toMatchObject([
      { alertEmailWarning },
    ]);
    expect((await patch({ alertEmail: null })).json['alertEmailWarning']).toBeNull();
  });

  test.each([
    'ops',
    'ops@shop',
    'Ops <ops@shop.example>',
    'a@shop.example, b@shop.example',
    'ops@shop.example\r\nBcc: all@shop.example',
    `${'a'.repeat(250)}@shop.example`,
    7,
  ])('refuses %j as the address', async (alertEmail) =>
    expect(await patch({ alertEmail })).toMatchObject({ status: 422, json: { errors: [{ field: 'alertEmail' }] } }),
  );

  test('is renamed by an operator only, and knows nothing of other tenants', async () => {
    expect(await patch({ name: 'Mine' })).toMatchObject({ status: 403, json: { code: 'operator_only' } });
    expect((await patch({ name: 'Renamed' }, registry)).json.name).toBe('Renamed');
    expect((await patch({ alertEmail: null }, tenant, other.id)).status).toBe(404);
    expect((await tenant.call('GET', `/v1/tenants/${other.id}`)).status).toBe(404);
    expect((await tenant.call('GET', `/v1/tenants/${tenant.id}/history`)).status).toBe(403);
    expect((await patch({ alertEmail: null }, registry, 'unknown-tenant')).status).toBe(404);
    expect(await patch({ status: 'suspended' }, registry)).toMatchObject({ status: 422 });
  });

  test("is not overwritten by a caller that has not seen another caller's change", async () => {
    const path = `/v1/tenants/${tenant.id}`;
    const read = await registry.call('GET', path);
    const ifMatch = { 'if-match': read.headers.get('etag') ?? '' };
    const named = (name: string) => registry.call('PATCH', path, { body: { name }, headers: ifMatch });
    expect((await named('One')).headers.get('etag')).toBe(`"${read.json.version + 1}"`);
    const late = await named('Two');
    expect(late).toMatchObject({ status: 412, json: { code: 'stale_version' } });
    expect(late.headers.get('etag')).toBe(`"${read.json.version + 1}"`);
    expect((await registry.call('GET', path)).json.name).toBe('One');
  });

  test('is found by a part of its name or id, and by its state', async () => {
    const third = await registry.newTenant();
    await registry.call('POST', `/v1/tenants/${third.id}/suspend`, { body: { reason: 'Unpaid' } });
    const found = async (query: string) => {
      const { data } = (await registry.call('GET', `/v1/tenants?limit=200&${query}`)).json;
      return data.map(({ id }) => id).filter((id) => [third.id, other.id].includes(id));
    };
    expect(await found(`q=${encodeURIComponent(third.name.toUpperCase())}`)).toEqual([third.id]);
    expect(await found(`q=${third.id.slice(0, 13)}&status=suspended`)).toEqual([third.id]);
    expect(await found('status=suspended')).toEqual([third.id]);
    expect(await found('status=active')).toEqual([other.id]);
    expect(await registry.call('GET', '/v1/tenants?q=ab')).toMatchObject({ status: 400 });
  });

  test('has a history with each change and its actor', async () => {
    await other.call('PATCH', `/v1/tenants/${other.id}`, { body: { alertEmail: 'ops@shop.example' } });
    await registry.call('POST', `/v1/tenants/${other.id}/suspend`, { body: { reason: 'Unpaid' } });
    expect((await patch({ alertEmail: null }, other, other.id)).json['code']).toBe('tenant_suspended');
    await registry.call('POST', `/v1/tenants/${other.id}/resume`);
    const path = `/v1/tenants/${other.id}/history`;
    const { data, nextCursor } = (await registry.call('GET', `${path}?limit=3`)).json;
    expect(data.map(({ summary }) => summary)).toEqual([
      'Resumed.',
      'Suspended: Unpaid',
      'Alerts go to ops@shop.example.',
    ]);
    expect(data.map(({ actor }) => String(actor).split(' (')[0])).toEqual([
      'Operator of the test',
      'Operator of the test',
      'Till',
    ]);
    const rest = (await registry.call('GET', `${path}?limit=3&cursor=${nextCursor}`)).json;
    expect(rest).toMatchObject({ data: [{ type: 'TenantCreated', version: 1 }], nextCursor: null });
  });
});
