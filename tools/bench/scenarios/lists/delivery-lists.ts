import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { REGISTRY_WEBHOOKS } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import type pg from 'pg';
import { Api, untilAccepted } from '../../../dev/demo/api.ts';
import type { Bench } from '../../bench.ts';
import { withDatabaseOf } from '../../installation/database.ts';
import type { Figure, Outcome } from '../../figures/result.ts';
import { TARGETS } from '../../figures/targets.ts';
import { deliveryLists as pathsOf } from './delivery-lists.paths.ts';
import { pageFigures, pageTimes } from './page-times.ts';
import { NOTHING_SENT } from '../../measure/ledger.ts';

const PER_SECOND = 10;
const SEED = new URL('../../../../apps/delivery/src/testing/many-deliveries.sql', import.meta.url);
const DELIVERIES = 1_000_000;
/** Less than the retention, which would drop older days meanwhile. */
const DAYS = 88;
/** What a webhook does, and so what its name begins with. */
const KINDS = ['Orders', 'Stock', 'Repairs', 'Accounting', 'Newsletter'];

/** Many recorded deliveries, seeded straight into the read model: how long does a page take? */
export const deliveryLists = (bench: Bench): Promise<Outcome> =>
  withDatabaseOf(bench.local(), (database) => measure(bench, database));

async function measure(bench: Bench, database: pg.Client): Promise<Outcome> {
  const webhooks: WebhookSnapshot[] = [];
  try {
    const startedAt = performance.now();
    await seed(database, bench.deliveries ?? DELIVERIES);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    webhooks.push(...(await webhooksOf(database)));
    await publish(bench, webhooks);
    const { url, operatorKey } = bench.local();
    const { body: key } = await bench.operator.post<{ id: string; key: string }>('/v1/tenants/many-0/api-keys', {
      name: 'bench delivery-lists',
      role: 'tenant',
    });
    const tenant = new Api(url, key.key);
    await untilAccepted(() => tenant.get('/v1/deliveries?limit=1'));
    const figures: Figure[] = [];
    for (const [scope, api, used] of [
      ['as a tenant', tenant, key.key],
      ['as the operator', bench.operator, operatorKey],
    ] as const) {
      for (const [name, paths] of Object.entries(await pathsOf(api)))
        figures.push(
          ...pageFigures(`${name} ${scope}`, await pageTimes(url, used, paths, PER_SECOND), TARGETS.deliveryLists.p99),
        );
    }
    await bench.operator.call('DELETE', `/v1/api-keys/${key.id}`);
    const count = (bench.deliveries ?? DELIVERIES).toLocaleString('en');
    const notes = [`${count} deliveries over ${DAYS} days, seeded in ${seconds} s.`];
    return { scenario: 'delivery-lists', figures, ledger: NOTHING_SENT, notes };
  } finally {
    await bench.kafka.publish(
      REGISTRY_WEBHOOKS,
      webhooks.map(({ id }) => ({ key: id, value: null })),
    );
    await remove(database);
  }
}

async function seed(database: pg.Client, deliveries: number): Promise<void> {
  await remove(database);
  await database.query(`select set_config('many.deliveries', $1, false), set_config('many.days', $2, false)`, [
    deliveries,
    DAYS,
  ]);
  await database.query(readFileSync(SEED, 'utf8'));
  // As autovacuum would do later.
  await database.query('vacuum analyze delivery.deliveries');
  await database.query(`insert into registry.tenants (id, name, status, created_at, updated_at, version)
    values ('many-0', 'Jeweller of many', 'active', now(), now(), 1)`);
}

async function remove(database: pg.Client): Promise<void> {
  await database.query(`delete from delivery.delivery_log l using delivery.deliveries d
    where d.id = l.delivery_id and d.day = l.day and d.tenant_id like 'many-%'`);
  await database.query(`delete from delivery.deliveries where tenant_id like 'many-%'`);
  await database.query(`delete from registry.tenants where id = 'many-0'`);
}

/** Names for the webhooks of the seed. Nothing is ever routed to them: they are off. */
async function webhooksOf(database: pg.Client): Promise<WebhookSnapshot[]> {
  const { rows } = await database.query<{ id: string; tenant: string }>(
    `select webhook_id as id, min(tenant_id) as tenant from delivery.deliveries
     where tenant_id like 'many-%' group by webhook_id order by webhook_id`,
  );
  return rows.map(({ id, tenant }, index) => ({
    id,
    tenantId: tenant,
    name: `${KINDS[index % KINDS.length]} ${createHash('md5').update(id).digest('hex').slice(0, 6)}`,
    url: `https://${tenant}.example/hooks/${index}`,
    events: ['sale.created'],
    isActive: false,
    headers: {},
    maxAttempts: null,
    requestTimeoutMs: null,
    rateLimitPerSecond: null,
    ordering: 'none',
    secrets: [{ sealed: 'v1.none.AAAA', expiresAt: null }],
    version: 1,
  }));
}

/** As the registry would; resolves when delivery knows all of them. */
async function publish(bench: Bench, webhooks: readonly WebhookSnapshot[]): Promise<void> {
  await bench.kafka.publish(
    REGISTRY_WEBHOOKS,
    webhooks.map((webhook) => ({ key: webhook.id, value: JSON.stringify(webhook) })),
  );
  const { operator } = bench;
  await untilAccepted(async () => {
    for (const { id } of webhooks.slice(-20)) {
      const { body } = await operator.get<{ data: { webhookName: string | null }[] }>(
        `/v1/deliveries?limit=1&webhookId=${id}`,
      );
      if (body.data[0]?.webhookName === null) throw new Error(`Delivery does not know the webhook ${id} yet.`);
    }
  });
}
