import { sql } from 'kysely';
import type { Queries } from '../../database/database.port.ts';
import { BIN_GROWTH, CELLS, HISTOGRAMS, LAST_BIN } from '../cells.policy.ts';
import type { Resolution } from '../resolutions.policy.ts';
import { resolutionsFrom } from '../resolutions.policy.ts';

/** The deliveries of one webhook that were created in one bucket: they are counted together. */
export interface CountedGroup {
  readonly tenantId: string;
  readonly webhookId: string;
  /** Begin of the bucket, seconds since 1970. */
  readonly bucket: number;
}

/** The webhook of a row that is a sum over webhooks. */
export const ALL_WEBHOOKS = '00000000-0000-0000-0000-000000000000';

const bin = (histogram: number, ms: ReturnType<typeof sql>) =>
  sql`${histogram}::integer + least(${LAST_BIN}::integer, floor(ln(greatest(${ms}, 1)::float8) / ln(${BIN_GROWTH}::float8)))::integer`;

/**
 * Counts the deliveries of these groups anew. The rows of the groups are replaced, and every sum that contains them gets the
 * difference. So it does no harm to count a group once more. But two sessions must not count at the same time: see
 * `StatisticsCounter`.
 *
 * PostgreSQL reads the deliveries of each group by the index over webhook and time. `offset 0` keeps the planner from joining the
 * groups with whole tables.
 *
 * @param days days of the messages that these deliveries may be of
 */
export async function countDeliveries(
  { query }: Queries,
  groups: readonly CountedGroup[],
  resolution: Resolution,
  days: readonly string[],
): Promise<void> {
  if (groups.length === 0) return;
  const deliveryMs = sql`extract(epoch from d.completed_at - d.created_at) * 1000`;
  await sql`
    with counted_groups as (
      select g.tenant_id, g.webhook_id, to_timestamp(g.bucket) as bucket
      from unnest(${groups.map(({ tenantId }) => tenantId)}::text[], ${groups.map(({ webhookId }) => webhookId)}::uuid[],
        ${groups.map(({ bucket }) => bucket)}::integer[]) as g(tenant_id, webhook_id, bucket)
    ),
    present as (
      select g.tenant_id, g.webhook_id, d.event_type, g.bucket, c.cell, c.n * d.deliveries as n
      from counted_groups g
      cross join lateral (
        select d.event_type, count(*) as deliveries,
          case d.status when 'SUCCESS' then ${CELLS.delivered}::integer when 'FAILED' then ${CELLS.failed}::integer
            when 'PENDING' then ${CELLS.pending}::integer else ${CELLS.retrying}::integer end as outcome,
          d.attempt_count + d.unspent_attempts as attempts,
          case when d.status = 'SUCCESS' then ${bin(HISTOGRAMS.deliveryMs, deliveryMs)} end as delivery_bin,
          case when d.response_status_code is not null then ${bin(HISTOGRAMS.responseMs, sql`d.duration_ms`)} end as response_bin
        from deliveries d
        where d.webhook_id = g.webhook_id and d.day = any(${[...days]}::date[])
          and d.created_at >= g.bucket and d.created_at < g.bucket + make_interval(secs => ${resolution}::float8)
        group by 1, 3, 4, 5, 6
      ) d
      cross join lateral unnest(array[d.outcome, ${CELLS.attempts}::integer, d.delivery_bin, d.response_bin],
        array[1, d.attempts, 1, 1]) as c(cell, n)
      where c.cell is not null
    ),
    before as (
      select g.tenant_id, g.webhook_id, s.event_type, g.bucket, c.cell::integer as cell, -c.n as n
      from counted_groups g
      cross join lateral (
        select s.event_type, s.cells, s.counts from delivery_statistics s
        where s.resolution = ${resolution} and s.tenant_id = g.tenant_id and s.bucket = g.bucket and s.webhook_id = g.webhook_id
        offset 0
      ) s
      cross join lateral unnest(s.cells, s.counts) as c(cell, n)
    ),
    changed as (
      select tenant_id, webhook_id, event_type, bucket, cell, sum(n) as n
      from (select * from present union all select * from before) both_counts
      group by 1, 2, 3, 4, 5 having sum(n) <> 0
    ),
    sums as (
      select r.resolution, k.tenant_id, k.webhook_id, k.event_type,
        date_bin(make_interval(secs => r.resolution), c.bucket, to_timestamp(0)) as bucket, c.cell, sum(c.n) as n
      from changed c
      cross join unnest(${resolutionsFrom(resolution)}::integer[]) as r(resolution)
      cross join lateral (values (c.tenant_id, c.webhook_id, c.event_type), (c.tenant_id, ${ALL_WEBHOOKS}::uuid, ''),
        ('', ${ALL_WEBHOOKS}::uuid, c.event_type)) as k(tenant_id, webhook_id, event_type)
      group by 1, 2, 3, 4, 5, 6 having sum(c.n) <> 0
    )
    insert into delivery_statistics as s (resolution, tenant_id, bucket, webhook_id, event_type, cells, counts)
    select resolution, tenant_id, bucket, webhook_id, event_type, array_agg(cell::smallint order by cell),
      array_agg(n::bigint order by cell)
    from sums group by 1, 2, 3, 4, 5
    on conflict (resolution, tenant_id, bucket, webhook_id, event_type) do update set (cells, counts) = (
      select coalesce(array_agg(cell order by cell), '{}'), coalesce(array_agg(n order by cell), '{}')
      from (
        select cell, sum(n)::bigint as n
        from (select * from unnest(s.cells, s.counts) as stored(cell, n)
          union all select * from unnest(excluded.cells, excluded.counts) as more(cell, n)) both_rows
        group by cell having sum(n) <> 0
      ) added
    )`.execute(query);
}
