import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { Bench } from '../../bench.ts';
import { withDatabaseOf } from '../../installation/database.ts';
import type { Figure, Outcome } from '../../figures/result.ts';
import { TARGETS } from '../../figures/targets.ts';
import { pageFigures, pageTimes } from './page-times.ts';
import { NOTHING_SENT } from '../../measure/ledger.ts';

const PER_SECOND = 50;
const SEED = new URL('../../../../apps/registry/src/testing/many-webhooks.sql', import.meta.url);

/** What is asked of 100,000 webhooks of 10,000 tenants; `many-0` has a thousand of them. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  'list of a tenant': ['', '?limit=200', '?active=false', '?event=sale.created', '?q=stock', '?q=ab&active=true'],
  'list over all tenants': [
    '',
    '?limit=200',
    '?active=true',
    '?tenantId=many-5',
    '?createdBefore=2026-03-01T00:00:00Z',
  ],
  'filter over all tenants': [
    '?active=false',
    '?event=customer.created',
    '?event=purchase_order.received',
    '?createdAfter=2026-06-01T00:00:00Z&createdBefore=2026-06-02T00:00:00Z',
    '?lastFailureAfter=2026-01-01T00:00:00Z',
    '?lastFailureAfter=2026-10-08T00:00:00Z',
    '?lastSuccessBefore=2026-01-05T00:00:00Z',
    '?lastSuccessAfter=2026-06-08T00:00:00Z&active=false&event=sale.created',
  ],
  'search over all tenants': [
    '?q=accounting',
    '?q=3f2a',
    '?q=zzzzzz',
    '?q=antwerp',
    '?q=jeweller%2077',
    '?q=many-&active=false',
  ],
};

/** A registry with many webhooks, seeded straight into its read models: how long does a page take? */
export const registryLists = (bench: Bench): Promise<Outcome> =>
  withDatabaseOf(bench.local(), (database) => measure(bench, database));

async function measure(bench: Bench, database: pg.Client): Promise<Outcome> {
  try {
    await seed(database);
    const { body } = await bench.operator.post<{ id: string; key: string }>('/v1/tenants/many-0/api-keys', {
      name: 'bench registry-lists',
      role: 'tenant',
    });
    const figures: Figure[] = [];
    for (const [name, queries] of Object.entries(LISTS)) {
      const key = name === 'list of a tenant' ? body.key : bench.local().operatorKey;
      const paths = queries.map((query) => `/v1/webhooks${query}`);
      figures.push(
        ...pageFigures(name, await pageTimes(bench.local().url, key, paths, PER_SECOND), TARGETS.registryLists.p99),
      );
    }
    await bench.operator.call('DELETE', `/v1/api-keys/${body.id}`);
    return { scenario: 'registry-lists', figures, ledger: NOTHING_SENT, notes: [] };
  } finally {
    await remove(database);
  }
}

const TABLES = ['webhook_activity', 'webhooks', 'tenants'];

async function seed(database: pg.Client): Promise<void> {
  await remove(database);
  await database.query(readFileSync(SEED, 'utf8'));
  // As autovacuum would do later.
  for (const table of TABLES) await database.query(`vacuum analyze registry.${table}`);
}

async function remove(database: pg.Client): Promise<void> {
  await database.query(`delete from registry.webhook_activity where webhook_id in (
    select id from registry.webhooks where tenant_id like 'many-%')`);
  await database.query(`delete from registry.webhooks where tenant_id like 'many-%'`);
  await database.query(`delete from registry.tenants where id like 'many-%'`);
}
