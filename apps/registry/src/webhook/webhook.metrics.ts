import type { EntityManager } from '@mikro-orm/postgresql';
import { gauge } from '@signet/service-kit';
import type { Gauge, Registry } from 'prom-client';
import { tables } from '../database/tables.ts';

/** Series of failing webhooks at most; the worst come first. A process has room for 2,000 series in all. */
const MAX_FAILING_SERIES = 500;

/** Gauges that are read from the read model when somebody scrapes. */
export function registerWebhookMetrics(registry: Registry, em: EntityManager): void {
  const byState = 'Webhooks by state.';
  gauge(registry, 'signet_registry_webhooks', byState, ['state'], (webhooks) =>
    readable(webhooks, () => countByState(em, webhooks)),
  );
  const failing = 'Failures in a row of each active webhook that is failing; a series exists only while it is.';
  gauge(registry, 'signet_registry_webhook_consecutive_failures', failing, ['webhook_id'], (failures) =>
    readable(failures, () => listFailing(em, failures)),
  );
}

/** A scrape goes on without a gauge whose database is away: readiness says that, and the other series are needed then. */
const readable = (read: { reset(): void }, collect: () => Promise<void>): Promise<void> =>
  collect().catch(() => read.reset());

async function countByState(em: EntityManager, webhooks: Gauge<'state'>): Promise<void> {
  const counts = await tables(em)
    .selectFrom('webhooks')
    .select(({ fn }) => ['isActive', fn.countAll<string>().as('count')])
    .groupBy('isActive')
    .execute();
  const countOf = (isActive: boolean): number => Number(counts.find((row) => row.isActive === isActive)?.count ?? 0);
  webhooks.set({ state: 'active' }, countOf(true));
  webhooks.set({ state: 'disabled' }, countOf(false));
}

async function listFailing(em: EntityManager, failures: Gauge<'webhook_id'>): Promise<void> {
  const failing = await tables(em)
    .selectFrom('webhooks')
    .select(['id', 'consecutiveFailures'])
    .where('consecutiveFailures', '>', 0)
    .where('isActive', '=', true)
    .orderBy('consecutiveFailures', 'desc')
    .limit(MAX_FAILING_SERIES)
    .execute();
  failures.reset();
  for (const { id, consecutiveFailures } of failing) failures.set({ webhook_id: id }, consecutiveFailures);
}
