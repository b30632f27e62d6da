import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { tables } from '../../database/tables.ts';
import type { Activity } from '../outcomes/webhook.outcome-recorder.ts';

/**
 * Raises the times at which webhooks last succeeded and failed, in one statement. A time never goes back, so the same
 * outcomes may be written again and in any order. Rows are locked in the order of their ids, so that two writers
 * cannot deadlock. A deleted webhook gets no row.
 */
export async function raiseActivity(em: EntityManager, activity: ReadonlyMap<string, Activity>): Promise<void> {
  if (activity.size === 0) return;
  const ids = [...activity.keys()].toSorted();
  const times = (field: keyof Activity) => ids.map((id) => activity.get(id)?.[field] ?? null);
  await sql`
    insert into webhook_activity as known (webhook_id, last_success_at, last_failure_at)
    select told.id, told.success, told.failure
    from unnest(${ids}::uuid[], ${times('lastSuccessAt')}::timestamptz[], ${times('lastFailureAt')}::timestamptz[])
      as told (id, success, failure)
    join webhooks on webhooks.id = told.id
    order by told.id
    on conflict (webhook_id) do update set
      last_success_at = greatest(known.last_success_at, excluded.last_success_at),
      last_failure_at = greatest(known.last_failure_at, excluded.last_failure_at)
  `.execute(tables(em));
}

/**
 * Webhooks whose stream these outcomes may add to: active ones that failed now, were failing or were alerted about.
 * One statement. A healthy webhook needs no more work after this.
 */
export async function findAffected(
  em: EntityManager,
  touched: readonly string[],
  failed: readonly string[],
): Promise<string[]> {
  const affected = await tables(em)
    .selectFrom('webhooks')
    .select('id')
    .where('isActive', '=', true)
    .where(
      sql<boolean>`(id = any(${[...failed]}::uuid[])
      or ((consecutive_failures > 0 or alerted_at is not null) and id = any(${[...touched]}::uuid[])))`,
    )
    .execute();
  return affected.map(({ id }) => id);
}
