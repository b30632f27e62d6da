import { sql } from 'kysely';
import type { Queries, Transaction } from '../../database/database.port.ts';
import type { DeliveryEvent } from '../delivery.events.ts';
import { dueText } from './delivery.log.ts';
import type { DeliveryRow } from './delivery.projection.ts';

/** An append on a person's behalf, with the row that it leads to. */
export interface RequestedAppend {
  readonly row: DeliveryRow;
  readonly events: readonly DeliveryEvent[];
  /** Version of the log after the append. */
  readonly version: number;
  /** Version of the webhook's snapshot that the person's replica had read: the owner may not have read it yet. */
  readonly webhookVersion: number | null;
}

/**
 * Appends on a person's behalf, without a claim on the partition: only the version guards it. The deliveries become due, even
 * if they had ended before.
 *
 * @param due `asked-for`: before all others, and beside an open circuit
 * @returns the ids that were changed; the logs of the others have got newer events meanwhile
 */
export async function appendByRequest(
  { query }: Queries,
  appends: readonly RequestedAppend[],
  due: 'asked-for' | Date,
): Promise<Set<string>> {
  const rows = appends.map(({ row }) => row);
  const days = [...new Set(rows.map(({ day }) => day))];
  const dueAt = due === 'asked-for' ? '-infinity' : dueText(due);
  const { rows: changed } = await sql<{ id: string }>`
    with input as (
      select * from unnest(
        ${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ day }) => day)}::date[],
        ${rows.map(({ status }) => status)}::text[], ${rows.map(({ maxAttempts }) => maxAttempts)}::smallint[],
        ${rows.map(({ isRetryAsked }) => isRetryAsked)}::boolean[], ${rows.map(({ endReason }) => endReason)}::text[],
        ${rows.map(({ nextRetryAt }) => nextRetryAt)}::timestamptz[],
        ${rows.map(({ completedAt }) => completedAt)}::timestamptz[],
        ${rows.map(({ updatedAt }) => updatedAt)}::timestamptz[],
        ${appends.map(({ version }) => version)}::smallint[],
        ${appends.map(({ events }) => JSON.stringify(events))}::text[],
        ${appends.map(({ webhookVersion }) => webhookVersion)}::integer[]
      ) as t(id, day, status, max_attempts, is_retry_asked, end_reason, next_retry_at, completed_at, updated_at, version,
        events, webhook_version)
    ),
    changed as (
      update deliveries d set status = i.status, max_attempts = i.max_attempts, is_retry_asked = i.is_retry_asked,
        end_reason = i.end_reason, next_retry_at = i.next_retry_at, completed_at = i.completed_at,
        updated_at = i.updated_at, version = i.version
      from input i
      where d.id = i.id and d.day = i.day and d.day = any(${days}::date[]) and d.version = i.version - 1
      returning d.id, d.day, d.partition, d.webhook_id, d.created_at, d.version, i.events, i.webhook_version
    ),
    logged as (
      insert into delivery_log (day, delivery_id, version, events) select day, id, version, events::json from changed
    ),
    queued as (
      insert into due_deliveries (delivery_id, day, partition, webhook_id, created_at, due_at, webhook_version)
      select id, day, partition, webhook_id, created_at, ${dueAt}::timestamptz, webhook_version from changed
      on conflict (delivery_id) do update set due_at = excluded.due_at, webhook_version = excluded.webhook_version
    )
    select id from changed`.execute(query);
  return new Set(changed.map(({ id }) => id));
}

/** A delivery as it was read. */
export interface ReadDelivery {
  readonly row: Pick<DeliveryRow, 'id' | 'day'>;
  readonly version: number;
}

/**
 * Locks these deliveries until the end of the transaction, and waits for no other one.
 *
 * @returns false when some are not locked: another transaction holds them, or they were deleted
 */
export async function lockDeliveries({ query }: Transaction, read: readonly ReadDelivery[]): Promise<boolean> {
  const days = [...new Set(read.map(({ row }) => row.day))];
  const { rows } = await sql`
    select from deliveries where id = any(${read.map(({ row }) => row.id)}::uuid[]) and day = any(${days}::date[])
    for update skip locked`.execute(query);
  return rows.length === read.length;
}

/**
 * Removes deliveries with their logs, and from the work queue, whether they have ended or not. They are no longer counted in the
 * statistics.
 *
 * @returns how many were removed; the others have changed since they were read
 */
export async function removeDeliveries({ query }: Queries, read: readonly ReadDelivery[]): Promise<number> {
  const days = [...new Set(read.map(({ row }) => row.day))];
  const { rows } = await sql`
    with gone as (
      delete from deliveries d using unnest(
        ${read.map(({ row }) => row.id)}::uuid[], ${read.map(({ row }) => row.day)}::date[],
        ${read.map(({ version }) => version)}::smallint[]
      ) as r(id, day, version)
      where d.id = r.id and d.day = r.day and d.day = any(${days}::date[]) and d.version = r.version
      returning d.id, d.day, d.tenant_id, d.webhook_id, d.created_at
    ),
    of_log as (
      delete from delivery_log l using gone g
      where l.delivery_id = g.id and l.day = g.day and l.day = any(${days}::date[])
    ),
    of_queue as (
      delete from due_deliveries q using gone g where q.delivery_id = g.id
    ),
    of_statistics as (
      insert into statistics_recounts (tenant_id, webhook_id, created_at) select tenant_id, webhook_id, created_at from gone
    )
    select from gone`.execute(query);
  return rows.length;
}
