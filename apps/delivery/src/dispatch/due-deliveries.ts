import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import { ROW_COLUMNS, toDeliveryRow } from '../delivery/delivery.rows.ts';
import type { RawDeliveryRow } from '../delivery/delivery.rows.ts';
import { DeliveryTask } from './delivery-task.ts';
import type { PartitionClaim } from './ownership.ts';

type LeasedRow = RawDeliveryRow & { body: string; events: DeliveryEvent[] };

/**
 * The work queue in PostgreSQL: every stored delivery that has not ended, with the time at which it is looked at
 * again. A delivery that is being tried is leased: its time is the end of the lease, so one query serves retries,
 * replays and what a crashed owner left behind. `infinity` is parked: it waits for its webhook, not for a time.
 */
export class DueDeliveries {
  constructor(private readonly em: EntityManager) {}

  /** Leases up to `limit` deliveries of these partitions that are due, the longest overdue first. */
  leaseDue(claims: readonly PartitionClaim[], now: Date, leaseUntil: Date, limit: number): Promise<DeliveryTask[]> {
    const partitions = claims.map(({ partition }) => partition);
    return this.lease(
      claims,
      leaseUntil,
      sql`select delivery_id from due_deliveries
          where partition = any(${partitions}::integer[]) and due_at <= ${now} and due_at < 'infinity'
          order by due_at limit ${limit} for update skip locked`,
    );
  }

  /** Leases up to `limit` parked deliveries of each of these webhooks, the oldest first. */
  leaseParked(
    claims: readonly PartitionClaim[],
    webhooks: readonly { webhookId: string; limit: number }[],
    leaseUntil: Date,
  ): Promise<DeliveryTask[]> {
    return this.lease(
      claims,
      leaseUntil,
      sql`select p.delivery_id
          from unnest(${webhooks.map((w) => w.webhookId)}::uuid[], ${webhooks.map((w) => w.limit)}::integer[])
            as w(webhook_id, wanted),
          lateral (
            select q.delivery_id from due_deliveries q
            where q.webhook_id = w.webhook_id and q.due_at = 'infinity'
            order by q.created_at limit w.wanted for update skip locked
          ) p`,
    );
  }

  /**
   * Leases up to `limit` deliveries of a webhook, whatever they wait for, in the order of their ids and behind `after`.
   * Those that are being tried are leased anew.
   */
  leaseOfWebhook(
    claims: readonly PartitionClaim[],
    webhookId: string,
    after: string,
    leaseUntil: Date,
    limit: number,
  ): Promise<DeliveryTask[]> {
    const partitions = claims.map(({ partition }) => partition);
    return this.lease(
      claims,
      leaseUntil,
      sql`select delivery_id from due_deliveries
          where webhook_id = ${webhookId}::uuid and delivery_id > ${after}::uuid
            and partition = any(${partitions}::integer[])
          order by delivery_id limit ${limit} for update skip locked`,
    );
  }

  /** Parks stored deliveries whose webhook has no room now. */
  async park(ids: readonly string[]): Promise<void> {
    await this.reschedule(ids, 'infinity');
  }

  /** Makes stored deliveries due at once, for instance those that were leased and never started. */
  async release(ids: readonly string[], at: Date): Promise<void> {
    await this.reschedule(ids, at.toISOString());
  }

  /** Webhooks of these partitions that have parked deliveries. */
  async parkedWebhooks(partitions: readonly number[]): Promise<string[]> {
    const result = await sql<{ webhook_id: string }>`
      select distinct webhook_id from due_deliveries
      where partition = any(${partitions}::integer[]) and due_at = 'infinity'`.execute(this.em.fork().getKysely());
    return result.rows.map((row) => row.webhook_id);
  }

  /** Webhooks of these partitions that have deliveries which have not ended. */
  async webhooksOf(partitions: readonly number[]): Promise<string[]> {
    const result = await sql<{ webhook_id: string }>`
      select distinct webhook_id from due_deliveries
      where partition = any(${partitions}::integer[])`.execute(this.em.fork().getKysely());
    return result.rows.map((row) => row.webhook_id);
  }

  private async reschedule(ids: readonly string[], at: string): Promise<void> {
    if (ids.length === 0) return;
    await sql`update due_deliveries set due_at = ${at}::timestamptz where delivery_id = any(${ids}::uuid[])`.execute(
      this.em.fork().getKysely(),
    );
  }

  private async lease(
    claims: readonly PartitionClaim[],
    leaseUntil: Date,
    picked: RawBuilder<unknown>,
  ): Promise<DeliveryTask[]> {
    const byPartition = new Map(claims.map((claim) => [claim.partition, claim]));
    const partitions = claims.map(({ partition }) => partition);
    const epochs = claims.map(({ epoch }) => epoch);
    const result = await sql<LeasedRow>`
      with owned as materialized (
        select o.partition from partition_owners o
        join unnest(${partitions}::integer[], ${epochs}::bigint[]) as c(partition, epoch) using (partition, epoch)
        order by o.partition for share of o
      ),
      picked as materialized (${picked}),
      leased as (
        update due_deliveries q set due_at = ${leaseUntil} from picked
        where q.delivery_id = picked.delivery_id and q.partition in (select partition from owned)
        returning q.delivery_id, q.day
      )
      select ${sql.raw(ROW_COLUMNS)}, l.body, l.events
      from leased
      join deliveries d on d.id = leased.delivery_id and d.day = leased.day
      join delivery_log l on l.delivery_id = leased.delivery_id and l.day = leased.day and l.version = 1
      order by d.created_at`.execute(this.em.fork().getKysely());
    return result.rows.flatMap((raw) => {
      const claim = byPartition.get(raw.partition);
      if (!claim) return [];
      // PostgreSQL is not asked for a field of the events: what a receiver answered lies there too, and one answer with a
      // NUL in it fails the whole statement, and with it the retries of everybody (SQLSTATE 22P05).
      const [first] = raw.events;
      const traceparent = first?.type === 'DeliveryRequested' ? first.data.traceparent : undefined;
      return [DeliveryTask.stored(toDeliveryRow(raw), raw.version, Buffer.from(raw.body, 'utf8'), claim, traceparent)];
    });
  }
}
