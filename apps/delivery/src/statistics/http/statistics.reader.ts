import { Semaphore } from '@signet/async';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database } from '../../database/database.port.ts';
import { CELLS } from '../cells.policy.ts';
import type { Cells } from '../cells.policy.ts';
import { ALL_WEBHOOKS } from '../counting/count-deliveries.ts';
import type { Period } from './period.policy.ts';
import type { Scope } from './scope.policy.ts';
import type { Grouping } from './statistics.schemas.ts';

export interface KeyedCells {
  readonly key: string;
  readonly cells: Cells;
}

/** How many statistics are read at once: they must not take the connections that dispatch needs. */
const AT_ONCE = 2;

const KEYS: Readonly<Record<Grouping, RawBuilder<unknown>>> = {
  webhook: sql`s.webhook_id::text`,
  eventType: sql`s.event_type`,
  tenant: sql`s.tenant_id`,
};

/** Reads the counted deliveries: one statement for the buckets, one for the groups, and one for the series of webhooks. */
export class StatisticsReader {
  private readonly atOnce = new Semaphore(AT_ONCE);

  constructor(private readonly database: Database) {}

  /** Cells of each bucket, by the milliseconds of its begin; a bucket without deliveries may be missing. */
  async buckets(scope: Scope, period: Period): Promise<ReadonlyMap<number, Cells>> {
    const key = sql`(extract(epoch from s.bucket)::bigint * 1000)::text`;
    const rows = await this.read(sql`${summed(key, rowsOf({ ...scope, groupBy: undefined }), period)}`);
    return new Map(rows.map(({ key: start, cells }) => [Number(start), cells]));
  }

  /** The groups with the most deliveries come first. */
  groups(scope: Scope & { readonly groupBy: Grouping }, period: Period, limit: number): Promise<KeyedCells[]> {
    return this.read(sql`
      select key, cells from (${summed(KEYS[scope.groupBy], rowsOf(scope), period)}) each
      where deliveries > 0 order by deliveries desc, key limit ${limit}`);
  }

  /** Cells of each webhook and bucket, without times: by the webhook, then by the milliseconds of the begin of the bucket. */
  async series(scope: Scope, period: Period): Promise<ReadonlyMap<string, ReadonlyMap<number, Cells>>> {
    const key = sql`s.webhook_id::text || ' ' || (extract(epoch from s.bucket)::bigint * 1000)::text`;
    const counts = sql`${rowsOf({ ...scope, groupBy: 'webhook' })} and c.cell <= ${sql.lit(CELLS.retrying)}`;
    const series = new Map<string, Map<number, Cells>>();
    for (const { key: place, cells } of await this.read(sql`${summed(key, counts, period)}`)) {
      const [webhookId = '', start] = place.split(' ');
      const points = series.get(webhookId) ?? new Map<number, Cells>();
      series.set(webhookId, points.set(Number(start), cells));
    }
    return series;
  }

  private async read(statement: RawBuilder<unknown>): Promise<KeyedCells[]> {
    const { rows } = await this.atOnce.run(() =>
      sql<{ key: string; cells: string }>`${statement}`.execute(this.database.query),
    );
    return rows.map(({ key, cells }) => ({ key, cells: toCells(cells) }));
  }
}

const summed = (key: RawBuilder<unknown>, rows: RawBuilder<unknown>, { from, to, resolution }: Period) => sql`
  select key, json_object_agg(cell, n)::text as cells, sum(n) filter (where cell <= ${CELLS.retrying}) as deliveries
  from (
    select ${key} as key, c.cell, sum(c.n) as n
    from delivery_statistics s cross join lateral unnest(s.cells, s.counts) as c(cell, n)
    where s.resolution = ${resolution} and s.bucket >= ${new Date(from).toISOString()}::timestamptz
      and s.bucket < ${new Date(to).toISOString()}::timestamptz and ${rows}
    group by 1, 2
  ) cells_of_keys
  group by key`;

/** Which rows add up to the numbers of a scope: sums where there are some, otherwise the rows of the webhooks. */
function rowsOf({ tenantId, webhookId, webhooks, eventType, groupBy }: Scope): RawBuilder<unknown> {
  const ofType = eventType === undefined ? sql`true` : sql`s.event_type = ${eventType}`;
  if (webhooks !== undefined)
    return sql`s.tenant_id = any(${[...webhooks.tenantIds]}::text[]) and s.webhook_id = any(${[...webhooks.ids]}::uuid[]) and ${ofType}`;
  // Without a parameter: then the planner knows that the index over the sums has all of these rows.
  const isSum = sql`s.webhook_id = ${sql.lit(ALL_WEBHOOKS)}`;
  if (tenantId === null)
    return groupBy === 'tenant'
      ? sql`${isSum} and s.tenant_id <> ''`
      : sql`${isSum} and s.tenant_id = '' and ${ofType}`;
  const isOfTenant = sql`s.tenant_id = ${tenantId}`;
  const needsWebhooks =
    webhookId !== undefined || eventType !== undefined || groupBy === 'webhook' || groupBy === 'eventType';
  if (!needsWebhooks) return sql`${isOfTenant} and ${isSum}`;
  const ofWebhook = webhookId === undefined ? sql`not (${isSum})` : sql`s.webhook_id = ${webhookId}::uuid`;
  return sql`${isOfTenant} and ${ofWebhook} and ${ofType}`;
}

const toCells = (json: string): Cells =>
  new Map(Object.entries(JSON.parse(json) as Record<string, number>).map(([cell, count]) => [Number(cell), count]));
