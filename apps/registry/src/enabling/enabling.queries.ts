import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { tables } from '../database/tables.ts';
import type { AutomaticReason, Candidate, EnablingPlace, EnablingRange } from './enabling.ts';

/**
 * The condition over `webhooks as w`. `disabled_reason <> 'manual'` is also the condition of the index, so that
 * PostgreSQL can use it.
 */
function meant({ disabledAfter, disabledBefore, disabledReason, tenantId }: EnablingRange) {
  const of = [
    sql<boolean>`not w.is_active and w.disabled_reason <> 'manual'`,
    sql<boolean>`w.disabled_at >= ${disabledAfter.toISOString()}::timestamptz`,
    sql<boolean>`w.disabled_at < ${disabledBefore.toISOString()}::timestamptz`,
    ...(disabledReason === null ? [] : [sql<boolean>`w.disabled_reason = ${disabledReason}`]),
    ...(tenantId === null ? [] : [sql<boolean>`w.tenant_id = ${tenantId}`]),
  ];
  return sql<boolean>`${sql.join(of, sql` and `)}`;
}

/** Reads the webhooks that a job would enable, within the transaction of `em` if there is one. */
export class EnablingQueries {
  constructor(private readonly em: EntityManager) {}

  async count(range: EnablingRange): Promise<{ webhooks: number; tenants: number }> {
    const { rows } = await sql<{ webhooks: number; tenants: number }>`
      select count(*)::int as webhooks, count(distinct w.tenant_id)::int as tenants
      from webhooks as w where ${meant(range)}`.execute(tables(this.em));
    return rows[0] ?? { webhooks: 0, tenants: 0 };
  }

  /** The next webhooks after a place, in the order of the times at which they were disabled. */
  async next(range: EnablingRange, after: EnablingPlace | null, limit: number): Promise<Candidate[]> {
    const behind = after
      ? sql<boolean>`(w.disabled_at, w.id) > (${after.disabledAt.toISOString()}::timestamptz, ${after.id}::uuid)`
      : sql<boolean>`true`;
    const rows = await tables(this.em)
      .selectFrom('webhooks as w')
      .leftJoin('tenants as t', 't.id', 'w.tenantId')
      .select(['w.id', 'w.tenantId', 'w.name', 'w.url', 'w.disabledAt', 'w.disabledReason', 'w.disabledDetail'])
      .select('t.status as tenantStatus')
      .where(meant(range))
      .where(behind)
      .orderBy('w.disabledAt')
      .orderBy('w.id')
      .limit(limit)
      .execute();
    return rows.map(({ tenantStatus, disabledAt, disabledReason, ...row }) => ({
      ...row,
      disabledAt: disabledAt ?? range.disabledAfter,
      disabledReason: disabledReason as AutomaticReason,
      isTenantSuspended: tenantStatus === 'suspended',
    }));
  }
}
