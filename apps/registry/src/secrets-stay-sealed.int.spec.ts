import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { selfSigned } from '@signet/testing';
import pg from 'pg';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
let client: pg.Client;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
  client = new pg.Client({ connectionString: registry.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await registry.stop();
});

/** The content of every table of the registry. */
async function everything(): Promise<string> {
  const { rows: tables } = await client.query(`select tablename from pg_tables where schemaname = 'registry'`);
  const texts: string[] = [];
  for (const { tablename } of tables as { tablename: string }[]) {
    const { rows } = await client.query(`select coalesce(json_agg(t), '[]')::text as all from registry.${tablename} t`);
    texts.push((rows[0] as { all: string }).all);
  }
  return texts.join('\n');
}

test('no table holds a secret or a key in clear, and no list or history shows one', async () => {
  const { id, secret } = await tenant.newWebhook();
  const own = 'a secret of my own that has enough characters';
  const rotated = await tenant.call('POST', `/v1/webhooks/${id}/secret/rotate`, { body: { secret: own } });
  expect(rotated.json.secret).toBe(own);
  const { cert: certificate, key } = selfSigned('shop.example');
  await tenant.call('PATCH', `/v1/webhooks/${id}`, { body: { clientCertificate: { certificate, key } } });
  const keys = [key, key.split('\n')[1] ?? '', tenant.key, await tenant.newKey('producer'), registry.operatorKey];

  const shown = await Promise.all(
    ['', `/${id}`, `/${id}/history`, `/${id}/history?at=2100-01-01T00:00:00Z`].map(
      async (path) => (await tenant.call('GET', `/v1/webhooks${path}`)).json,
    ),
  );
  const listed = (await registry.call('GET', `/v1/tenants/${tenant.id}/api-keys`)).json;
  const stored = await everything();
  expect(stored).toContain(id);
  for (const hidden of [secret, secret.slice('whsec_'.length), own, ...keys]) {
    expect(stored).not.toContain(hidden);
    expect(JSON.stringify([shown, listed])).not.toContain(hidden);
  }
  expect(JSON.stringify(shown)).not.toMatch(/sealed/i);
});
