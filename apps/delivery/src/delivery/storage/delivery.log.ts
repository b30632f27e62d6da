import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Queries } from '../../database/database.port.ts';
import { claimsOf, fence } from '../../partitions/fence.ts';
import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { DeliveryEvent } from '../delivery.events.ts';
import type { DeliveryRow } from './delivery.projection.ts';

/**
 * When a stored delivery is due: at a time (the end of a lease is one, too), when its webhook has room (`parked`), or never
 * (null).
 */
export type Due = Date | 'parked' | null;

/** The delivery is on the wire of an owner that gives its partition up: the next owner does not send it until this time. */
export interface Held {
  readonly heldUntil: Date;
}

/**
 * The place of a delivery that must keep an order: it comes after the deliveries of its webhook and subject that were
 * requested earlier.
 */
export interface RequestOrder {
  readonly subject: string;
  /** Offset of the request on its partition of delivery.requests.v1. */
  readonly offset: bigint;
}

/** One append to a delivery's log with the row that it leads to. */
export interface LogAppend {
  readonly row: DeliveryRow;
  readonly events: readonly DeliveryEvent[];
  /** Version of the log after the append; 1 creates the delivery. */
  readonly version: number;
  /** The exact body; stored with version 1 only. */
  readonly body: Buffer;
  readonly claim: PartitionClaim;
  readonly due: Due | Held;
  readonly order: RequestOrder | null;
}

/** The value for PostgreSQL. */
export const dueText = (due: Due | Held): string | null => {
  if (due === null) return null;
  if (due === 'parked') return 'infinity';
  return (isHeld(due) ? due.heldUntil : due).toISOString();
};

const isHeld = (due: Due | Held): due is Held => due !== null && due !== 'parked' && 'heldUntil' in due;

/**
 * The columns of a batch as arrays, for one `unnest`: one round trip and one plan for any number of rows. Only this list says
 * which field goes to which column.
 */
type Column<T> = readonly [name: string, type: string, of: (item: T) => unknown];
type Projected = Pick<LogAppend, 'row' | 'version'>;

const COLUMNS: readonly Column<Projected>[] = [
  ['id', 'uuid', ({ row }) => row.id],
  ['day', 'date', ({ row }) => row.day],
  ['tenant_id', 'text', ({ row }) => row.tenantId],
  ['webhook_id', 'uuid', ({ row }) => row.webhookId],
  ['partition', 'integer', ({ row }) => row.partition],
  ['event_type', 'text', ({ row }) => row.eventType],
  ['event_id', 'uuid', ({ row }) => row.eventId],
  ['message_id', 'text', ({ row }) => row.messageId],
  ['source', 'text', ({ row }) => row.source],
  ['subject', 'text', ({ row }) => row.subject],
  ['kind', 'text', ({ row }) => row.kind],
  ['repeats', 'uuid', ({ row }) => row.repeats],
  ['status', 'text', ({ row }) => row.status],
  ['attempt_count', 'smallint', ({ row }) => row.attemptCount],
  ['unspent_attempts', 'smallint', ({ row }) => row.unspentAttempts],
  ['max_attempts', 'smallint', ({ row }) => row.maxAttempts],
  ['is_retry_asked', 'boolean', ({ row }) => row.isRetryAsked],
  ['next_retry_at', 'timestamptz', ({ row }) => row.nextRetryAt],
  ['response_status_code', 'smallint', ({ row }) => row.responseStatusCode],
  ['error_class', 'text', ({ row }) => row.errorClass],
  ['error_message', 'text', ({ row }) => row.errorMessage],
  ['end_reason', 'text', ({ row }) => row.endReason],
  ['last_attempt', 'text', ({ row }) => row.lastAttempt],
  ['signature', 'text', ({ row }) => row.signature],
  ['sent_at', 'timestamptz', ({ row }) => row.sentAt],
  ['completed_at', 'timestamptz', ({ row }) => row.completedAt],
  ['duration_ms', 'integer', ({ row }) => row.durationMs],
  ['created_at', 'timestamptz', ({ row }) => row.createdAt],
  ['updated_at', 'timestamptz', ({ row }) => row.updatedAt],
  ['version', 'smallint', ({ version }) => version],
];
const EXTRA: readonly Column<LogAppend>[] = [
  ['epoch', 'bigint', ({ claim }) => claim.epoch],
  ['due_at', 'timestamptz', ({ due }) => dueText(due)],
];
const ORDER: readonly Column<Pick<LogAppend, 'order'>>[] = [
  // Both the work queue and the deliveries have a column `subject`.
  ['order_subject', 'text', ({ order }) => order?.subject ?? null],
  ['request_offset', 'bigint', ({ order }) => order?.offset.toString() ?? null],
];
const HOLD: readonly Column<LogAppend>[] = [
  ['held_epoch', 'bigint', ({ due, claim }) => (isHeld(due) ? claim.epoch : null)],
];
/**
 * A column with long values: they are sent as one run of bytes, which PostgreSQL splits. As elements of an array, each quote
 * in them would have to be escaped here and parsed there.
 */
type Packed<T> = readonly [name: string, type: string, of: (item: T) => Buffer];

const EVENTS: Packed<LogAppend> = ['events', 'json', ({ events }) => Buffer.from(JSON.stringify(events))];
const BODY: Packed<LogAppend> = ['body', 'text', ({ body }) => body];

const names = sql.raw(COLUMNS.map(([name]) => name).join(', '));

function inputOf<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  packed: readonly Packed<T>[] = [],
): RawBuilder<unknown> {
  const arrays = columns.map(([, type, of]) => sql`${items.map(of)}::${sql.raw(type)}[]`);
  const inputs = columns.map(([name]) => name);
  const selected = [sql.raw(inputs.join(', '))];
  for (const [name, type, of] of packed) {
    const values = items.map(of);
    const lengths = values.map(({ length }) => length);
    let end = 1;
    const starts = lengths.map((length) => (end += length) - length);
    arrays.push(sql`${starts}::integer[]`, sql`${lengths}::integer[]`);
    inputs.push(`${name}_start`, `${name}_length`);
    const place = sql.raw(`from ${name}_start for ${name}_length`);
    const bytes = sql`substring(${Buffer.concat(values)}::bytea ${place})`;
    selected.push(sql`convert_from(${bytes}, 'UTF8')::${sql.raw(type)} as ${sql.raw(name)}`);
  }
  return sql`input as (select ${sql.join(selected)} from unnest(${sql.join(arrays)}) as t(${sql.raw(inputs.join(', '))}))`;
}

/**
 * Stores deliveries that PostgreSQL does not know yet: row, log and, unless they have ended, their place in the work
 * queue, all or nothing. A repeat (the same id) and a lost claim change nothing.
 *
 * @returns the ids that were stored
 */
export async function insertDeliveries(database: Queries, appends: readonly LogAppend[]): Promise<Set<string>> {
  const result = await sql<{ id: string }>`
    with ${inputOf(appends, [...COLUMNS, ...EXTRA, ...ORDER, ...HOLD], [EVENTS, BODY])},
    ${fence(claimsOf(appends))},
    fresh as (
      insert into deliveries (${names})
      select ${names} from input join owned using (partition, epoch)
      on conflict (id, day) do nothing returning id
    ),
    logged as (
      insert into delivery_log (day, delivery_id, version, events, body)
      select day, id, version, events, body from input join fresh using (id)
    ),
    queued as (
      insert into due_deliveries (
        delivery_id, day, partition, webhook_id, created_at, due_at, subject, request_offset, held_epoch
      )
      select id, day, partition, webhook_id, created_at, due_at, order_subject, request_offset, held_epoch
      from input join fresh using (id) where due_at is not null
    )
    select id from fresh`.execute(database.query);
  return new Set(result.rows.map(({ id }) => id));
}

/**
 * Appends to stored deliveries. Each append succeeds only if the log still ends at the version that the caller has read, and
 * the claim still holds.
 *
 * @returns the ids that were changed
 */
export function appendToDeliveries(database: Queries, appends: readonly LogAppend[]): Promise<Set<string>> {
  return appendUnder(fence(claimsOf(appends)), database, appends);
}

/**
 * Appends to a delivery that is held under a claim which no longer holds, if no replica has leased it since.
 *
 * @returns whether it was changed
 */
export async function appendToHeldDelivery(database: Queries, append: LogAppend): Promise<boolean> {
  const held = sql`owned as (
    select partition, held_epoch as epoch from due_deliveries
    where delivery_id = ${append.row.id}::uuid and held_epoch is not null for update
  )`;
  return (await appendUnder(held, database, [append])).size === 1;
}

/** @param owned selects the partitions that may be written, with their epochs */
async function appendUnder(
  owned: RawBuilder<unknown>,
  database: Queries,
  appends: readonly LogAppend[],
): Promise<Set<string>> {
  const days = [...new Set(appends.map(({ row }) => row.day))];
  const set = sql.raw(
    COLUMNS.filter(([name]) => name !== 'id' && name !== 'day' && name !== 'partition')
      .map(([name]) => `${name} = i.${name}`)
      .join(', '),
  );
  const result = await sql<{ id: string }>`
    with ${inputOf(appends, [...COLUMNS, ...EXTRA], [EVENTS])},
    ${owned},
    changed as (
      update deliveries d set ${set}
      from input i join owned using (partition, epoch)
      where d.id = i.id and d.day = i.day and d.day = any(${days}::date[]) and d.version = i.version - 1
      -- All that the rest needs: a join with the input once more was planned as five hundred times five hundred.
      returning d.id, d.day, i.version, i.events, i.due_at
    ),
    logged as (
      insert into delivery_log (day, delivery_id, version, events)
      select day, id, version, events from changed
    ),
    ended as (
      delete from due_deliveries q using changed c where q.delivery_id = c.id and c.due_at is null
    ),
    requeued as (
      update due_deliveries q set due_at = c.due_at, held_epoch = null from changed c
      where q.delivery_id = c.id and c.due_at is not null
    )
    select id from changed`.execute(database.query);
  return new Set(result.rows.map(({ id }) => id));
}

/** Which of these deliveries exist. Each takes one index lookup; the days limit the query to their partitions. */
export async function existingDeliveries(
  database: Queries,
  ids: readonly string[],
  days: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const result = await sql<{ id: string }>`
    select id from deliveries where id = any(${ids}::uuid[]) and day = any(${days}::date[])`.execute(database.query);
  return new Set(result.rows.map(({ id }) => id));
}

/** Adds rows, computed from the log, to the projection and the work queue; for the rebuild only. */
export async function insertProjection(
  database: Queries,
  rows: readonly (Projected & Pick<LogAppend, 'order'>)[],
): Promise<void> {
  await sql`
    with ${inputOf(rows, [...COLUMNS, ...ORDER])},
    projected as (insert into deliveries (${names}) select ${names} from input)
    insert into due_deliveries (delivery_id, day, partition, webhook_id, created_at, due_at, subject, request_offset)
    select id, day, partition, webhook_id, created_at, coalesce(next_retry_at, created_at), order_subject, request_offset
    from input where status in ('PENDING', 'RETRYING')`.execute(database.query);
}
