import type { EntityManager } from '@mikro-orm/postgresql';
import { isUuid } from '@signet/contracts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { DeliveryEvent } from './delivery.events.ts';
import type { DeliveryRow } from './delivery.projection.ts';
import { ROW_COLUMNS, toDeliveryRow } from './delivery.rows.ts';
import type { RawDeliveryRow } from './delivery.rows.ts';

export interface DeliveryFilter {
  /** null: every tenant's, for the operator. */
  readonly tenantId: string | null;
  readonly webhookId?: string | undefined;
  readonly status?: string | undefined;
  readonly eventType?: string | undefined;
  readonly eventId?: string | undefined;
  readonly createdAfter?: string | undefined;
  readonly createdBefore?: string | undefined;
  readonly sentAfter?: string | undefined;
  readonly sentBefore?: string | undefined;
  /** Searches event type, event id and error message, and the webhooks whose names match. */
  readonly q?: string | undefined;
  readonly webhookIdsByName?: readonly string[];
}

/** Where the next page begins: behind this row in (createdAt, id) descending. */
export interface DeliveryPosition {
  readonly createdAt: string;
  readonly id: string;
}

/** A delivery with its log: every event in order, and the body that was sent. */
export interface DeliveryRecord {
  readonly row: DeliveryRow;
  readonly version: number;
  readonly events: readonly DeliveryEvent[];
  readonly body: string;
}

const likeEscaped = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** Reads of the deliveries: the projection for lists, the log for details. One query each, however many rows. */
export class DeliveryReader {
  constructor(private readonly em: EntityManager) {}

  /** Newest first. */
  async list(filter: DeliveryFilter, after: DeliveryPosition | null, limit: number): Promise<DeliveryRow[]> {
    const where = conditions(filter);
    if (after) where.push(sql`(d.created_at, d.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`);
    const result = await sql<RawDeliveryRow>`
      select ${sql.raw(ROW_COLUMNS)} from deliveries d
      where ${where.length > 0 ? sql.join(where, sql` and `) : sql`true`}
      order by d.created_at desc, d.id desc limit ${limit}`.execute(this.em.fork().getKysely());
    return result.rows.map(toDeliveryRow);
  }

  /** The delivery with its whole log, if it is there and the tenant's (null: anybody's). */
  async find(id: string, tenantId: string | null): Promise<DeliveryRecord | null> {
    if (!isUuid(id)) return null;
    const result = await sql<RawDeliveryRow & { log: DeliveryEvent[][]; body: string }>`
      select ${sql.raw(ROW_COLUMNS)}, l.log, l.body from deliveries d
      cross join lateral (
        select json_agg(events order by version) as log, max(body) as body
        from delivery_log where delivery_id = d.id and day = d.day
      ) l
      where d.id = ${id}::uuid ${tenantId === null ? sql`` : sql`and d.tenant_id = ${tenantId}`}`.execute(
      this.em.fork().getKysely(),
    );
    const [raw] = result.rows;
    if (!raw) return null;
    const log = typeof raw.log === 'string' ? (JSON.parse(raw.log) as DeliveryEvent[][]) : raw.log;
    return { row: toDeliveryRow(raw), version: raw.version, events: log.flat(), body: raw.body };
  }
}

function conditions(filter: DeliveryFilter): RawBuilder<unknown>[] {
  const where: RawBuilder<unknown>[] = [];
  if (filter.tenantId !== null) where.push(sql`d.tenant_id = ${filter.tenantId}`);
  if (filter.webhookId) where.push(sql`d.webhook_id = ${filter.webhookId}::uuid`);
  if (filter.status) where.push(sql`d.status = ${filter.status}`);
  if (filter.eventType) where.push(sql`d.event_type = ${filter.eventType}`);
  if (filter.eventId) where.push(sql`d.event_id = ${filter.eventId}::uuid`);
  if (filter.createdAfter) where.push(sql`d.created_at >= ${filter.createdAfter}::timestamptz`);
  if (filter.createdBefore) where.push(sql`d.created_at < ${filter.createdBefore}::timestamptz`);
  if (filter.sentAfter) where.push(sql`d.sent_at >= ${filter.sentAfter}::timestamptz`);
  if (filter.sentBefore) where.push(sql`d.sent_at < ${filter.sentBefore}::timestamptz`);
  if (filter.q) where.push(matches(filter.q, filter.webhookIdsByName ?? []));
  return where;
}

function matches(q: string, webhookIds: readonly string[]): RawBuilder<unknown> {
  const text = likeEscaped(q);
  const any = [sql`d.event_type ilike ${text}`, sql`d.error_message ilike ${text}`];
  if (isUuid(q)) any.push(sql`d.event_id = ${q}::uuid`);
  if (webhookIds.length > 0) any.push(sql`d.webhook_id = any(${webhookIds}::uuid[])`);
  return sql`(${sql.join(any, sql` or `)})`;
}
