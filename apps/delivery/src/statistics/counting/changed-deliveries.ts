import { sql } from 'kysely';
import type { Queries } from '../../database/database.port.ts';

/** The deliveries of one webhook that were created in one minute, at least one of which has changed. */
export interface ChangedMinute {
  readonly tenantId: string;
  readonly webhookId: string;
  /** Begin of the minute, seconds since 1970. */
  readonly minute: number;
}

export interface Changes {
  readonly minutes: readonly ChangedMinute[];
  /** Place of the last row of the log that was read; null: there was none. */
  readonly last: { readonly tx: string; readonly position: string } | null;
  /** The log has more rows to be read now. */
  readonly isFull: boolean;
}

interface Row {
  tenant_id: string | null;
  webhook_id: string | null;
  minute: string | number | null;
}

const toMinutes = (rows: readonly Row[]): ChangedMinute[] =>
  rows.flatMap(({ tenant_id: tenantId, webhook_id: webhookId, minute }) =>
    tenantId === null || webhookId === null ? [] : [{ tenantId, webhookId, minute: Number(minute) }],
  );

const minuteOf = (time: ReturnType<typeof sql>) => sql`(floor(extract(epoch from ${time}) / 60) * 60)::bigint`;

/**
 * Which deliveries have changed since a place of the log. It reads the log behind `pg_snapshot_xmin`, as the relay of outcomes
 * does, so that a transaction that commits late is not skipped. The events of the log are not read.
 *
 * @param limit rows of the log
 */
export async function changesSince({ query }: Queries, tx: string, position: string, limit: number): Promise<Changes> {
  const { rows } = await sql<Row & { tx: string; position: string; read: number }>`
    with read as materialized (
      select l.delivery_id, l.day, l.tx, l.position from delivery_log l
      where (l.tx, l.position) > (${tx}::xid8, ${position}::bigint) and l.tx < pg_snapshot_xmin(pg_current_snapshot())
      order by l.tx, l.position limit ${sql.raw(String(limit))}
    ),
    last as (select tx, position from read order by tx desc, position desc limit 1),
    minutes as (
      select distinct d.tenant_id, d.webhook_id, ${minuteOf(sql`d.created_at`)} as minute
      from read r
      -- One lookup by the primary key for each row, and no join with the whole table.
      cross join lateral (
        select d.tenant_id, d.webhook_id, d.created_at from deliveries d where d.id = r.delivery_id and d.day = r.day offset 0
      ) d
    )
    select last.tx::text as tx, last.position::text as position, (select count(*) from read)::integer as read, minutes.*
    from last left join minutes on true`.execute(query);
  const [first] = rows;
  if (!first) return { minutes: [], last: null, isFull: false };
  return {
    minutes: toMinutes(rows),
    last: { tx: first.tx, position: first.position },
    isFull: first.read >= limit,
  };
}

/**
 * Webhooks and minutes with deliveries that were created in a range of time, however long ago they changed.
 *
 * @param days days of the messages that these deliveries may be of
 */
export async function minutesWithin(
  { query }: Queries,
  from: Date,
  before: Date,
  days: readonly string[],
): Promise<ChangedMinute[]> {
  if (days.length === 0) return [];
  const { rows } = await sql<Row>`
    select distinct d.tenant_id, d.webhook_id, ${minuteOf(sql`d.created_at`)} as minute from deliveries d
    where d.day = any(${[...days]}::date[]) and d.created_at >= ${from.toISOString()}::timestamptz
      and d.created_at < ${before.toISOString()}::timestamptz`.execute(query);
  return toMinutes(rows);
}

/** Deliveries that people have deleted, at most `limit`; `ids` are for `forgetDeleted`; `isFull`: there may be more. */
export async function deletedMinutes(
  { query }: Queries,
  limit: number,
): Promise<{ readonly minutes: readonly ChangedMinute[]; readonly ids: readonly string[]; readonly isFull: boolean }> {
  const { rows } = await sql<Row & { id: string }>`
    select id::text as id, tenant_id, webhook_id, ${minuteOf(sql`created_at`)} as minute
    from statistics_recounts order by id limit ${limit}`.execute(query);
  return { minutes: toMinutes(rows), ids: rows.map(({ id }) => id), isFull: rows.length >= limit };
}

export async function forgetDeleted({ query }: Queries, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`delete from statistics_recounts where id = any(${[...ids]}::bigint[])`.execute(query);
}
