import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let stranger: TestTenant;
let database: pg.Client;
/** An id of another tenant, by the first segment of the path and by the id's name in the template. */
let foreign: Record<string, string>;
beforeAll(async () => {
  registry = await startRegistry();
  stranger = await registry.newTenant();
  const owner = await registry.newTenant();
  const [key] = (await registry.call('GET', `/v1/tenants/${owner.id}/api-keys`)).json.data;
  const webhook = await owner.newWebhook();
  foreign = { '/v1/webhooks': webhook.id, '/v1/tenants': owner.id, '/v1/api-keys': key.id };
  database = new pg.Client({ connectionString: registry.database.url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await registry.stop();
});

interface Operation {
  readonly method: string;
  readonly template: string;
  readonly body: object | undefined;
}

/** A body that the operation would accept, so that a refusal can only come from the missing right. */
const BODIES: Record<string, object> = {
  'PATCH /v1/webhooks/{id}': { name: 'Mine now' },
  'PATCH /v1/tenants/{id}': { alertEmail: 'me@shop.example' },
  'POST /v1/webhooks/{id}/test': { eventType: 'sale.created' },
  'POST /v1/tenants/{tenantId}/api-keys': { name: 'Mine', role: 'tenant' },
};

/** Every operation of the OpenAPI document with an id in its path; it is read from there, so that no new one is forgotten. */
async function operations(): Promise<Operation[]> {
  const { json } = await registry.call('GET', '/openapi.json');
  const { paths } = json as unknown as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths)
    .filter(([template]) => template.includes('{'))
    .flatMap(([template, methods]) =>
      Object.keys(methods).map((name) => {
        const method = name.toUpperCase();
        return { method, template, body: BODIES[`${method} ${template}`] };
      }),
    );
}

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const pathOf = (template: string, id?: string): string => {
  const base = Object.keys(foreign).find((prefix) => template.startsWith(prefix));
  return template.replaceAll(/\{\w+\}/g, id ?? foreign[base ?? ''] ?? `no id for ${template}`);
};

/** Everything in the registry's database except the stored Idempotency-Keys. */
async function everything(): Promise<unknown> {
  const all: unknown[] = [];
  for (const table of ['events', 'webhooks', 'tenants', 'api_keys']) {
    all.push((await database.query(`select row_to_json(t)::text as row from registry.${table} t order by 1`)).rows);
  }
  return all;
}

test("every route with an id treats another tenant's as one that is not there, and changes nothing", async () => {
  const all = await operations();
  expect(all.length).toBeGreaterThan(12);
  const before = await everything();
  for (const { method, template, body } of all) {
    const asked = body === undefined ? {} : { body };
    const answer = await stranger.call(method, pathOf(template), asked);
    const unknown = await stranger.call(method, pathOf(template, UNKNOWN_ID), asked);
    // A request that only operators may make is refused before anything is looked up.
    const isOfOperators = template.startsWith('/v1/webhooks/enablings');
    const isForTenants = (template.startsWith('/v1/webhooks') && !isOfOperators) || template === '/v1/tenants/{id}';
    const expected = isForTenants ? 404 : 403;
    expect({ method, template, status: answer.status }).toEqual({ method, template, status: expected });
    expect({ ...answer.json, instance: '' }).toEqual({ ...unknown.json, instance: '' });
  }
  expect(await everything()).toEqual(before);
});

test('without a key, or with a wrong one, every route but the public ones is closed', async () => {
  const before = await everything();
  for (const { method, template, body } of await operations()) {
    const asked = body === undefined ? {} : { body };
    for (const key of ['', 'sgn_o_wrong']) {
      const { status } = await registry.call(method, pathOf(template), { ...asked, key });
      expect({ method, template, key, status }).toEqual({ method, template, key, status: 401 });
    }
  }
  expect(await everything()).toEqual(before);
});

test('every table with a tenant is covered by the routes above', async () => {
  const { rows } = await database.query<{ table: string }>(
    `select table_name as table from information_schema.columns
     where table_schema = 'registry' and column_name = 'tenant_id' order by 1`,
  );
  // No route shows the mails that wait to be sent; only operators may see the jobs that enable many webhooks.
  expect(rows.map(({ table }) => table)).toEqual(['alert_mails', 'api_keys', 'enablings', 'webhooks']);
});
