import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Clock } from '@signet/contracts';
import type { Database } from '../database/database.port.ts';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import { ROW_COLUMNS, toDeliveryRow } from '../delivery/storage/delivery.rows.ts';
import type { RawDeliveryRow } from '../delivery/storage/delivery.rows.ts';
import { requestOfLog } from '../delivery/storage/request-of-log.ts';
import { claimsOf, fence } from '../partitions/fence.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import { DeliveryTask } from '../scheduler/delivery-task.ts';

type LeasedRow = RawDeliveryRow & {
  body: string;
  events: DeliveryEvent[];
  subject: string | null;
  request_offset: string | null;
  webhook_version: number | null;
};
/** A row of the work queue, with its delivery unless that was deleted. */
type Picked = { leased_id: string; leased_webhook: string } & (LeasedRow | { id: null; events: null });

/** Only deliveries that people asked for are due before this time. */
const LONG_AGO = new Date(0);
/** How many deliveries of one subject are leased at once. */
const LEASED_PER_SUBJECT = 8;

export interface Lease {
  readonly tasks: readonly DeliveryTask[];
  /** How many rows of the work queue were leased, by webhook. Fewer than the limit means that there are no more. */
  readonly leased: ReadonlyMap<string, number>;
}

const NOTHING: Lease = { tasks: [], leased: new Map() };

/**
 * Takes deliveries out of the work queue for a while: until the lease ends, no read finds them. If this replica reports their
 * outcomes in time the leases do not matter; after a crash they bring the deliveries back.
 */
export class Leases {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    /** How long a lease lasts, milliseconds. */
    private readonly leaseMs: number,
  ) {}

  /** Leases up to `limit` deliveries of these partitions that are due, the longest overdue first. */
  leaseDue(claims: readonly PartitionClaim[], limit: number): Promise<Lease> {
    return this.leaseDueBefore(this.clock(), claims, limit);
  }

  /** The same, but only deliveries that people asked for. */
  leaseAskedFor(claims: readonly PartitionClaim[], limit: number): Promise<Lease> {
    return this.leaseDueBefore(LONG_AGO, claims, limit);
  }

  private async leaseDueBefore(now: Date, claims: readonly PartitionClaim[], limit: number): Promise<Lease> {
    // Mostly nothing is due. This look costs PostgreSQL a tenth of the query below, which it plans each time.
    if (!(await this.isAnyDue(now, claims))) return NOTHING;
    return this.lease(
      claims,
      // Partition by partition, each along its index: one query over all partitions would sort every due row.
      sql`select q.delivery_id from (
            select first.delivery_id from owned, lateral (
              select delivery_id, due_at from due_deliveries
              where partition = owned.partition and due_at <= ${now} and due_at < 'infinity'
                and (subject is null or (
                  request_offset < owned.read_to and not exists (
                    select from due_deliveries e where e.webhook_id = due_deliveries.webhook_id
                      and e.subject = due_deliveries.subject and e.request_offset < due_deliveries.request_offset
                  )
                ))
              order by due_at limit ${limit}
            ) first order by first.due_at limit ${limit}
          ) wanted
          join due_deliveries q using (delivery_id)
          where q.due_at <= ${now} for update of q skip locked`,
    );
  }

  private async isAnyDue(now: Date, claims: readonly PartitionClaim[]): Promise<boolean> {
    const partitions = claims.map(({ partition }) => partition);
    // Partition by partition and in order, so that PostgreSQL looks at the begin of the index however many rows it expects.
    const { rows } = await sql`select from unnest(${partitions}::integer[]) as p(partition), lateral (
        select from due_deliveries q where q.partition = p.partition and q.due_at <= ${now} and q.due_at < 'infinity'
        order by q.due_at limit 1
      ) first limit 1`.execute(this.database.query);
    return rows.length > 0;
  }

  /** Leases up to `limit` parked deliveries of each of these webhooks, the oldest first. */
  leaseParked(
    claims: readonly PartitionClaim[],
    webhooks: readonly { webhookId: string; limit: number }[],
  ): Promise<Lease> {
    return this.lease(
      claims,
      sql`select p.delivery_id
          from unnest(${webhooks.map((w) => w.webhookId)}::uuid[], ${webhooks.map((w) => w.limit)}::integer[])
            as w(webhook_id, wanted),
          lateral (
            select q.delivery_id from due_deliveries q
            where q.webhook_id = w.webhook_id and q.due_at = 'infinity' and q.subject is null
              and q.partition in (select partition from owned)
            order by q.created_at limit w.wanted for update skip locked
          ) p`,
    );
  }

  /**
   * Leases the next deliveries of a webhook that asks for order: for up to `limit` subjects whose first delivery is parked,
   * that delivery and those right behind it. Each step of the recursion is one lookup in the index, however many deliveries
   * wait.
   */
  leaseInOrder(claims: readonly PartitionClaim[], webhookId: string, limit: number): Promise<Lease> {
    return this.lease(
      claims,
      sql`select locked.delivery_id from (
            select taken.delivery_id, wanted.place,
              count(*) over (partition by wanted.subject order by wanted.place) as taken_before
            from (
              with recursive firsts as (
                (select subject, due_at from due_deliveries
                 where webhook_id = ${webhookId}::uuid and subject is not null
                 order by subject, request_offset limit 1)
                union all
                select f.subject, f.due_at from firsts, lateral (
                  select subject, due_at from due_deliveries
                  where webhook_id = ${webhookId}::uuid and subject > firsts.subject
                  order by subject, request_offset limit 1
                ) f
              )
              select q.delivery_id, q.subject, row_number() over (partition by q.subject order by q.request_offset) as place
              from (select subject from firsts where due_at = 'infinity' limit ${limit}) s,
              lateral (
                select delivery_id, subject, request_offset, partition from due_deliveries
                where webhook_id = ${webhookId}::uuid and subject = s.subject
                order by request_offset limit ${LEASED_PER_SUBJECT}
              ) q join owned o on o.partition = q.partition and q.request_offset < o.read_to
            ) wanted
            join lateral (
              select delivery_id from due_deliveries d where d.delivery_id = wanted.delivery_id for update skip locked
            ) taken on true
          ) locked
          where locked.place = locked.taken_before`,
    );
  }

  /**
   * Leases up to `limit` deliveries of a webhook, due or not, in the order of their ids and behind `after`. Deliveries that
   * are being tried here are leased again; those that another replica has on the wire (held) are passed over.
   */
  leaseOfWebhook(claims: readonly PartitionClaim[], webhookId: string, after: string, limit: number): Promise<Lease> {
    return this.lease(
      claims,
      sql`select delivery_id from due_deliveries
          where webhook_id = ${webhookId}::uuid and delivery_id > ${after}::uuid and held_epoch is null
            and partition in (select partition from owned)
          order by delivery_id limit ${limit} for update skip locked`,
    );
  }

  /** `picked` may select only rows of partitions that are `owned`: it locks them, and other statements pass over locked rows. */
  /**
   * Parks due deliveries of these webhooks, whose queues are full, without reading them first: checks up to `limit` due
   * deliveries of each partition. Returns how many were parked. Deliveries that must keep an order are not parked here but
   * leased.
   */
  async parkDue(claims: readonly PartitionClaim[], webhookIds: readonly string[], limit: number): Promise<number> {
    const now = this.clock();
    const result = await sql`
      with ${fence(claims)}
      update due_deliveries q set due_at = 'infinity', held_epoch = null
      from owned, lateral (
        select delivery_id, webhook_id from due_deliveries
        where partition = owned.partition and due_at <= ${now} and due_at < 'infinity' and due_at > '-infinity'
          and subject is null
        order by due_at limit ${limit}
      ) looked_at
      where q.delivery_id = looked_at.delivery_id and q.due_at <= ${now}
        and looked_at.webhook_id = any(${webhookIds}::uuid[])`.execute(this.database.query);
    return Number(result.numAffectedRows ?? 0);
  }

  /** Makes leased deliveries due at the times of their next retries, or now where these have come. Only for claims that hold. */
  async giveBack(tasks: readonly DeliveryTask[]): Promise<void> {
    if (tasks.length === 0) return;
    await sql`
      with ${fence(claimsOf(tasks))}
      update due_deliveries q set due_at = greatest(d.next_retry_at, ${this.clock()}), held_epoch = null
      from unnest(${tasks.map(({ id }) => id)}::uuid[], ${tasks.map(({ day }) => day)}::date[],
        ${tasks.map(({ claim }) => claim.partition)}::integer[], ${tasks.map(({ claim }) => claim.epoch)}::bigint[])
        as leased(delivery_id, day, partition, epoch)
      join owned using (partition, epoch)
      join deliveries d on d.id = leased.delivery_id and d.day = leased.day
      where q.delivery_id = leased.delivery_id`.execute(this.database.query);
  }

  private async lease(claims: readonly PartitionClaim[], picked: RawBuilder<unknown>): Promise<Lease> {
    const byPartition = new Map(claims.map((claim) => [claim.partition, claim]));
    const database = this.database.query;
    const leaseUntil = new Date(this.clock().getTime() + this.leaseMs);
    const result = await sql<Picked>`
      with ${fence(claims)},
      picked as materialized (${picked}),
      leased as (
        update due_deliveries q set due_at = ${leaseUntil}, held_epoch = null from picked
        where q.delivery_id = picked.delivery_id
        returning q.delivery_id, q.webhook_id, q.day, q.subject, q.request_offset, q.webhook_version
      )
      select leased.delivery_id as leased_id, leased.webhook_id as leased_webhook,
        leased.subject, leased.request_offset, leased.webhook_version, ${sql.raw(ROW_COLUMNS)}, l.body, l.events
      from leased
      left join deliveries d on d.id = leased.delivery_id and d.day = leased.day
      left join delivery_log l on l.delivery_id = d.id and l.day = d.day and l.version = 1
      order by leased.request_offset nulls first, d.created_at`.execute(database);
    const tasks: DeliveryTask[] = [];
    const orphans: string[] = [];
    const leased = new Map<string, number>();
    for (const raw of result.rows) {
      leased.set(raw.leased_webhook, (leased.get(raw.leased_webhook) ?? 0) + 1);
      const claim = raw.id === null ? undefined : byPartition.get(raw.partition);
      if (raw.id === null) orphans.push(raw.leased_id);
      else if (claim) tasks.push(taskOf(raw, claim));
    }
    if (orphans.length > 0)
      await sql`delete from due_deliveries where delivery_id = any(${orphans}::uuid[])`.execute(database);
    return { tasks, leased };
  }
}

/**
 * The events' fields are read here, not by PostgreSQL: the events also hold answers of receivers, and one answer with a NUL
 * would make the whole statement fail (SQLSTATE 22P05), and with it the retries of all webhooks.
 */
function taskOf(raw: LeasedRow, claim: PartitionClaim): DeliveryTask {
  const [first] = raw.events;
  const requested = first?.type === 'DeliveryRequested' ? first.data : undefined;
  const { subject, request_offset: offset } = raw;
  const order = subject !== null && offset !== null ? { subject, offset: BigInt(offset) } : null;
  const acceptedAt = requested ? Date.parse(requested.acceptedAt) : null;
  const body = Buffer.from(raw.body, 'utf8');
  const row = toDeliveryRow(raw);
  const task = DeliveryTask.stored(row, raw.version, body, claim, requested?.traceparent, order, acceptedAt);
  task.webhookVersion = raw.webhook_version;
  task.spanContext = requested?.spanContext;
  if (requested) task.requested = requestOfLog(row.id, requested);
  return task;
}
