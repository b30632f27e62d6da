import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database } from '../database/database.port.ts';
import type { DeliveryEvent, DeliveryRequested } from '../delivery/delivery.events.ts';
import type { Place, ReplayRange } from './replay.ts';

/** A delivery that is repeated: its request, and the exact body. */
export interface StoredMessage {
  readonly deliveryId: string;
  readonly createdAt: string;
  readonly requested: DeliveryRequested['data'];
  readonly body: Buffer;
}

/**
 * Messages that a replay reads from the deliveries, the oldest first. Each message comes once, even if it was repeated
 * before:
 *
 * - `failed`: no delivery of the message to the webhook has succeeded or may still succeed;
 * - `all`: messages whose deliveries have ended; the others will be delivered anyway;
 * - `missed`: messages whose deliveries ended because the webhook was disabled or the tenant suspended; the range is that of
 *   the ends.
 */
export class StoredMessages {
  constructor(private readonly database: Database) {}

  async count(range: ReplayRange): Promise<number> {
    const { rows } = await sql<{ count: string }>`
      select count(*) as count from deliveries d where ${matching(range)}`.execute(this.database.query);
    return Number(rows[0]?.count ?? 0);
  }

  /** Up to `limit` messages behind `after`. */
  async page(range: ReplayRange, after: Place | null, limit: number): Promise<StoredMessage[]> {
    const behind = after ? sql`and (d.created_at, d.id) > (${after.createdAt}::timestamptz, ${after.id}::uuid)` : sql``;
    const { rows } = await sql<{ id: string; created_at: string | Date; events: DeliveryEvent[]; body: string }>`
      select d.id, d.created_at, l.events, l.body
      from deliveries d join delivery_log l on l.delivery_id = d.id and l.day = d.day and l.version = 1
      where ${matching(range)} ${behind}
      order by d.created_at, d.id limit ${limit}`.execute(this.database.query);
    return rows.map(({ id, created_at: createdAt, events, body }) => {
      const [first] = events;
      if (first?.type !== 'DeliveryRequested')
        throw new Error(`The log of delivery ${id} does not begin with a request.`);
      return {
        deliveryId: id,
        createdAt: new Date(createdAt).toISOString(),
        requested: first.data,
        body: Buffer.from(body, 'utf8'),
      };
    });
  }
}

function matching({ webhookId, since, until, status }: ReplayRange): RawBuilder<unknown> {
  const createdInRange = sql`d.created_at >= ${since} and d.created_at < ${until}`;
  const of = {
    failed: sql`d.status = 'FAILED' and ${createdInRange} and ${noneOfTheSame(sql`o.status <> 'FAILED' or ${isLater}`)}`,
    all: sql`d.status in ('SUCCESS', 'FAILED') and ${createdInRange}
      and ${noneOfTheSame(sql`o.status in ('SUCCESS', 'FAILED') and ${isLater} and o.created_at < ${until}`)}`,
    missed: sql`d.status = 'FAILED' and coalesce(d.end_reason, d.error_class) in ('disabled', 'tenant_suspended')
      and d.completed_at >= ${since} and d.completed_at < ${until}
      and ${noneOfTheSame(sql`o.status <> 'FAILED' or ${isLater}`)}`,
  };
  return sql`d.webhook_id = ${webhookId}::uuid and d.kind <> 'test' and ${of[status]}`;
}

const isLater = sql`(o.created_at, o.id) > (d.created_at, d.id)`;

/** The condition holds for no other delivery `o` of the message to the webhook. */
const noneOfTheSame = (condition: RawBuilder<unknown>): RawBuilder<unknown> => sql`not exists (
  select from deliveries o where o.event_type = d.event_type and o.event_id = d.event_id
    and o.webhook_id = d.webhook_id and o.id <> d.id and (${condition})
)`;
