import { sql } from 'kysely';
import type { Database } from '../database/database.port.ts';
import { dueText } from '../delivery/storage/delivery.log.ts';
import type { Due } from '../delivery/storage/delivery.log.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { ROW_COLUMNS, toDeliveryRow } from '../delivery/storage/delivery.rows.ts';
import type { RawDeliveryRow } from '../delivery/storage/delivery.rows.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { claimsOf, fence, holds } from '../partitions/fence.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';

export interface ParkedWebhook {
  readonly webhookId: string;
  readonly isOrdered: boolean;
}

export interface PresentDelivery {
  readonly row: DeliveryRow;
  readonly version: number;
  /** @see DeliveryTask.webhookVersion */
  readonly webhookVersion: number | null;
  readonly isOwned: boolean;
  readonly isHeld: boolean;
}

/**
 * The work queue in PostgreSQL: every stored delivery that has not ended, with the time at which it is due. A delivery that
 * is being tried is leased: its time is the end of the lease, so one query finds retries, replays and deliveries that a
 * crashed owner left. `infinity` means parked: the delivery waits for its webhook, not for a time. `-infinity` means that a
 * person asked for it: it comes before all overdue ones.
 */
export class DueDeliveries {
  constructor(private readonly database: Database) {}

  /**
   * Makes leased deliveries due at this time; without a time their leases stay. Only for claims that hold: an old owner must
   * not overwrite what the new owner has decided.
   */
  async reschedule(tasks: readonly DeliveryTask[], due: Due): Promise<void> {
    if (tasks.length === 0 || due === null) return;
    await sql`
      with ${fence(claimsOf(tasks))}
      update due_deliveries q set due_at = ${dueText(due)}::timestamptz, held_epoch = null
      from unnest(${tasks.map(({ id }) => id)}::uuid[], ${tasks.map(({ claim }) => claim.partition)}::integer[],
        ${tasks.map(({ claim }) => claim.epoch)}::bigint[]) as leased(delivery_id, partition, epoch)
      join owned using (partition, epoch)
      where q.delivery_id = leased.delivery_id`.execute(this.database.query);
  }

  /**
   * The delivery as it is now, whether the task's claim holds, and whether the delivery was held under it and no replica has
   * leased it since; null when it was deleted.
   */
  async read(task: DeliveryTask): Promise<PresentDelivery | null> {
    const result = await sql<RawDeliveryRow & { is_owned: boolean; is_held: boolean; webhook_version: number | null }>`
      select ${sql.raw(ROW_COLUMNS)}, ${holds(task.claim)} as is_owned, exists (
        select from due_deliveries q where q.delivery_id = d.id and q.held_epoch = ${task.claim.epoch}
      ) as is_held, (
        select q.webhook_version from due_deliveries q where q.delivery_id = d.id
      ) as webhook_version
      from deliveries d where d.id = ${task.id}::uuid and d.day = ${task.day}::date`.execute(this.database.query);
    const [raw] = result.rows;
    if (!raw) return null;
    const { version, webhook_version: webhookVersion, is_owned: isOwned, is_held: isHeld } = raw;
    return { row: toDeliveryRow(raw), version, webhookVersion, isOwned, isHeld };
  }

  /**
   * Makes one delivery of the webhook due now, so that a probe has something to send: the one that would be due first. If
   * deliveries of it are parked, none has to be changed. Returns false if no delivery of the webhook is stored or shelved.
   */
  async bringForward(claims: readonly PartitionClaim[], webhookId: string, now: Date): Promise<boolean> {
    const { rows } = await sql<{ isWaiting: boolean }>`
      with ${fence(claims)},
      parked as (
        select from due_deliveries q where q.webhook_id = ${webhookId}::uuid and q.due_at = 'infinity' limit 1
      ),
      first as (
        select q.delivery_id from due_deliveries q join owned using (partition)
        where q.webhook_id = ${webhookId}::uuid and q.held_epoch is null and not exists (select from parked)
        order by q.due_at limit 1 for update of q skip locked
      ),
      brought as (
        update due_deliveries q set due_at = ${now} from first where q.delivery_id = first.delivery_id
        returning q.delivery_id
      )
      select exists (select from parked) or exists (select from brought) or exists (
        select from shelved_requests s join owned using (partition) where s.webhook_id = ${webhookId}::uuid
      ) as "isWaiting"`.execute(this.database.query);
    return rows[0]?.isWaiting ?? false;
  }

  /** The due time of the longest overdue delivery of these partitions; null: none is due. */
  async oldestDue(partitions: readonly number[], now: Date): Promise<Date | null> {
    const result = await sql<{ oldest: string | Date | null }>`
      select min(first.due_at) as oldest from unnest(${partitions}::integer[]) as p(partition), lateral (
        select due_at from due_deliveries q
        where q.partition = p.partition and q.due_at <= ${now} and q.due_at < 'infinity' and q.due_at > '-infinity'
        order by due_at limit 1
      ) first`.execute(this.database.query);
    const oldest = result.rows[0]?.oldest ?? null;
    return oldest === null ? null : new Date(oldest);
  }

  /** Webhooks of these partitions that have parked deliveries, and whether some of these deliveries have to keep an order. */
  async parkedWebhooks(partitions: readonly number[]): Promise<ParkedWebhook[]> {
    const result = await sql<{ webhook_id: string; is_ordered: boolean }>`
      select webhook_id, bool_or(subject is not null) as is_ordered from due_deliveries
      where partition = any(${partitions}::integer[]) and due_at = 'infinity'
      group by webhook_id`.execute(this.database.query);
    return result.rows.map((row) => ({ webhookId: row.webhook_id, isOrdered: row.is_ordered }));
  }

  /** For each of these partitions that has deliveries with an order: the last offset of these. */
  async lastOrdered(partitions: readonly number[]): Promise<Map<number, bigint>> {
    const result = await sql<{ partition: number; last: string }>`
      select partition, max(request_offset) as last from due_deliveries
      where partition = any(${partitions}::integer[]) and subject is not null group by partition`.execute(
      this.database.query,
    );
    return new Map(result.rows.map(({ partition, last }) => [partition, BigInt(last)]));
  }

  /** The lanes, out of these, of which PostgreSQL has deliveries. */
  async stored(
    lanes: readonly { webhookId: string; subject: string }[],
  ): Promise<{ webhookId: string; subject: string }[]> {
    const result = await sql<{ webhook_id: string; subject: string }>`
      select webhook_id, subject
      from unnest(${lanes.map((lane) => lane.webhookId)}::uuid[], ${lanes.map((lane) => lane.subject)}::text[])
        as lane(webhook_id, subject)
      where exists (
        select from due_deliveries d where d.webhook_id = lane.webhook_id and d.subject = lane.subject
      )`.execute(this.database.query);
    return result.rows.map((row) => ({ webhookId: row.webhook_id, subject: row.subject }));
  }

  /** Webhooks of these partitions that have deliveries which have not ended. */
  async webhooksOf(partitions: readonly number[]): Promise<string[]> {
    const result = await sql<{ webhook_id: string }>`
      select distinct webhook_id from due_deliveries
      where partition = any(${partitions}::integer[])`.execute(this.database.query);
    return result.rows.map((row) => row.webhook_id);
  }
}
