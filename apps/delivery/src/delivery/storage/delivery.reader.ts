import { Semaphore } from '@signet/async';
import { isUuid } from '@signet/contracts';
import { sql } from 'kysely';
import type { Database } from '../../database/database.port.ts';
import { DeliveryDays } from '../../database/delivery-days.ts';
import type { DeliveryDay } from '../../database/delivery-days.ts';
import type { DeliveryEvent } from '../delivery.events.ts';
import { createdWithin, scansOf } from '../http/delivery.filter.ts';
import type { Condition, DeliveryFilter, DeliveryPosition, Scan } from '../http/delivery.filter.ts';
import { daysWithin, newestOf } from '../http/delivery.pages.ts';
import type { DeliveryRow } from './delivery.projection.ts';
import { ROW_COLUMNS, toDeliveryRow } from './delivery.rows.ts';
import type { RawDeliveryRow } from './delivery.rows.ts';

/** A delivery with its log: every event in order, and the body that was sent. */
export interface DeliveryRecord {
  readonly row: DeliveryRow;
  readonly version: number;
  readonly events: readonly DeliveryEvent[];
  readonly body: string;
}

/**
 * How many lists are read at once: lists must not take the connections that dispatch needs, nor too many of PostgreSQL's
 * locks, of which a list over every partition takes a thousand.
 */
const LISTS_AT_ONCE = 4;

/**
 * Reads of the deliveries: the projection for lists, the log for details. For any number of rows, a page takes one statement
 * for the days and at most three for its rows; a single delivery takes two.
 */
export class DeliveryReader {
  private readonly days: DeliveryDays;
  private readonly atOnce = new Semaphore(LISTS_AT_ONCE);

  constructor(private readonly database: Database) {
    this.days = new DeliveryDays(database);
  }

  /** Newest first. */
  list(filter: DeliveryFilter, after: DeliveryPosition | null, limit: number): Promise<DeliveryRow[]> {
    const scans = scansOf(filter, after);
    return this.atOnce.run(async () => {
      const days = await this.days.all();
      const wanted = days.filter((day) => scans.some(({ created }) => daysWithin([day], created).length > 0));
      return newestOf(wanted, limit, (some, from) => this.page(scans, some, from, limit));
    });
  }

  /** The delivery with its whole log, if it exists and belongs to the tenant (null: to any tenant). */
  async find(id: string, tenantId: string | null): Promise<DeliveryRecord | null> {
    if (!isUuid(id)) return null;
    const day = await this.atOnce.run(() => this.dayOf(id));
    if (day === null) return null;
    const result = await sql<RawDeliveryRow & { log: DeliveryEvent[][]; body: string }>`
      select ${sql.raw(ROW_COLUMNS)}, l.log, l.body from deliveries d
      cross join lateral (
        select json_agg(events order by version) as log, max(body) as body
        from delivery_log where delivery_id = d.id and day = ${day}::date
      ) l
      where d.id = ${id}::uuid and d.day = ${day}::date
        ${tenantId === null ? sql`` : sql`and d.tenant_id = ${tenantId}`}`.execute(this.database.query);
    const [raw] = result.rows;
    if (!raw) return null;
    const log = typeof raw.log === 'string' ? (JSON.parse(raw.log) as DeliveryEvent[][]) : raw.log;
    return { row: toDeliveryRow(raw), version: raw.version, events: log.flat(), body: raw.body };
  }

  /** The delivery's day: when it is known, one partition is read instead of all. */
  private async dayOf(id: string): Promise<string | null> {
    const { rows } = await sql<{ day: string | null }>`select day_of_delivery(${id}::uuid)::text as day`.execute(
      this.database.query,
    );
    return rows[0]?.day ?? null;
  }

  private async page(
    scans: readonly Scan[],
    days: readonly DeliveryDay[],
    from: string | undefined,
    limit: number,
  ): Promise<DeliveryRow[]> {
    const found = scans.flatMap((scan) => {
      const within = daysWithin(days, scan.created);
      return within.length === 0 ? [] : [scanned(scan, within, from, limit)];
    });
    if (found.length === 0) return [];
    const all = found.length === 1 ? found[0]! : merged(found, limit);
    const { rows } = await sql<RawDeliveryRow>`${all}`.execute(this.database.query);
    return rows.map(toDeliveryRow);
  }
}

const oneOf = (days: readonly DeliveryDay[]): Condition => sql`d.day = any(${days.map(({ day }) => day)}::date[])`;

function scanned(scan: Scan, days: readonly DeliveryDay[], from: string | undefined, limit: number): Condition {
  const { created, where, each } = scan;
  const all = [oneOf(days), ...createdWithin(created), ...(from ? createdWithin({ from }) : []), ...where];
  if (!each) return newest(all, limit);
  const column = sql.ref(`d.${each.column}`);
  const type = sql.raw(each.column === 'webhook_id' ? 'uuid' : 'text');
  return sql`
    select f.* from unnest(${[...each.values]}::${type}[]) as e(value)
    cross join lateral (${newest([sql`${column} = e.value`, ...all], limit)}) f
    order by f.created_at desc, f.id desc limit ${limit}`;
}

const newest = (where: readonly Condition[], limit: number): Condition => sql`
  select ${sql.raw(ROW_COLUMNS)} from deliveries d where ${sql.join(where, sql` and `)}
  order by d.created_at desc, d.id desc limit ${limit}`;

/** A delivery that several scans find appears once. */
const merged = (found: readonly Condition[], limit: number): Condition => sql`
  select distinct on (created_at, id, day) * from (
    ${sql.join(
      found.map((scan) => sql`(${scan})`),
      sql` union all `,
    )}
  ) found
  order by created_at desc, id desc, day limit ${limit}`;
