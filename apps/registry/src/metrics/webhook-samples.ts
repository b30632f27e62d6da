import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import type { Samples } from '@signet/service-kit';
import { gauge } from '@signet/service-kit';
import { sql } from 'kysely';
import type { Registry } from 'prom-client';
import { tables } from '../database/tables.ts';
import { MAX_WEBHOOK_SERIES, REGISTRY_METRICS } from './registry-metrics.ts';

/** For this long a webhook that was disabled automatically keeps series of its own. */
const SHOWN_AFTER_DISABLING_MS = 24 * 60 * 60 * 1000;

interface FailingWebhook {
  readonly id: string;
  readonly tenantId: string;
  readonly failures: number;
}
interface DisabledWebhook {
  readonly id: string;
  readonly tenantId: string;
  readonly reason: string;
}
/** The rows that are shown, and the number of all such rows. */
interface Shown<Row> {
  readonly rows: readonly Row[];
  readonly count: number;
}

/** Gauges that are computed from the read model: the number of webhooks, and the failing and disabled webhooks. */
export function sampleWebhooks(registry: Registry, samples: Samples, em: EntityManager, clock: Clock): void {
  const webhooks = gauge(registry, REGISTRY_METRICS.webhooks);
  const failures = gauge(registry, REGISTRY_METRICS.consecutiveFailures);
  const disabled = gauge(registry, REGISTRY_METRICS.disabled);
  const leftOut = gauge(registry, REGISTRY_METRICS.seriesLeftOut);
  samples.add({
    name: 'webhooks',
    read: async () => ({
      states: await countByState(em),
      failing: await listFailing(em, clock()),
      disabled: await listDisabled(em, clock()),
    }),
    show: (read) => {
      for (const [state, count] of Object.entries(read.states)) webhooks.set({ state }, count);
      failures.reset();
      for (const { id, tenantId, failures: count } of read.failing.rows)
        failures.set({ webhook_id: id, tenant_id: tenantId }, count);
      disabled.reset();
      for (const { id, tenantId, reason } of read.disabled.rows)
        disabled.set({ webhook_id: id, tenant_id: tenantId, reason }, 1);
      leftOut.set({ metric: REGISTRY_METRICS.consecutiveFailures.name }, beyond(read.failing));
      leftOut.set({ metric: REGISTRY_METRICS.disabled.name }, beyond(read.disabled));
    },
    hide: () => {
      for (const shown of [webhooks, failures, disabled, leftOut]) shown.reset();
    },
  });
}

const beyond = ({ rows, count }: Shown<unknown>): number => count - rows.length;

async function countByState(em: EntityManager): Promise<Record<'active' | 'disabled', number>> {
  const counts = await tables(em)
    .selectFrom('webhooks')
    .select(({ fn }) => ['isActive', fn.countAll<string>().as('count')])
    .groupBy('isActive')
    .execute();
  const countOf = (isActive: boolean): number => Number(counts.find((row) => row.isActive === isActive)?.count ?? 0);
  return { active: countOf(true), disabled: countOf(false) };
}

/** Active webhooks with failures in a row, and those that failures have disabled within a day; the newest failures first. */
async function listFailing(em: EntityManager, now: Date): Promise<Shown<FailingWebhook>> {
  const since = new Date(now.getTime() - SHOWN_AFTER_DISABLING_MS);
  const rows = await tables(em)
    .selectFrom('webhooks')
    .leftJoin('webhook_activity', 'webhook_activity.webhookId', 'webhooks.id')
    .select(['webhooks.id', 'tenantId', 'consecutiveFailures', sql<string>`count(*) over ()`.as('count')])
    .where('consecutiveFailures', '>', 0)
    .where(({ and, eb, or }) =>
      or([eb('isActive', '=', true), and([eb('disabledReason', '=', 'failing'), eb('disabledAt', '>', since)])]),
    )
    .orderBy(sql`webhook_activity.last_failure_at desc nulls last`)
    .orderBy('webhooks.id')
    .limit(MAX_WEBHOOK_SERIES)
    .execute();
  return {
    rows: rows.map(({ id, tenantId, consecutiveFailures }) => ({ id, tenantId, failures: consecutiveFailures })),
    count: Number(rows[0]?.count ?? 0),
  };
}

async function listDisabled(em: EntityManager, now: Date): Promise<Shown<DisabledWebhook>> {
  const since = new Date(now.getTime() - SHOWN_AFTER_DISABLING_MS);
  const rows = await tables(em)
    .selectFrom('webhooks')
    .select(['id', 'tenantId', 'disabledReason', sql<string>`count(*) over ()`.as('count')])
    .where('isActive', '=', false)
    .where('disabledReason', 'in', ['failing', 'gone'])
    .where('disabledAt', '>', since)
    .orderBy('disabledAt', 'desc')
    .orderBy('id')
    .limit(MAX_WEBHOOK_SERIES)
    .execute();
  return {
    rows: rows.map(({ id, tenantId, disabledReason }) => ({ id, tenantId, reason: disabledReason ?? '' })),
    count: Number(rows[0]?.count ?? 0),
  };
}
