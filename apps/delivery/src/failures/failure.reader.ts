import { isoTime } from '@signet/contracts';
import { Semaphore } from '@signet/async';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database } from '../database/database.port.ts';
import { DeliveryDays } from '../database/delivery-days.ts';
import { createdWithin } from '../delivery/http/delivery.filter.ts';
import { daysWithin } from '../delivery/http/delivery.pages.ts';
import type { RawDeliveryRow } from '../delivery/storage/delivery.rows.ts';
import type { FailureFilter, FailureGroup, FailurePosition, FoundFailures } from './failure-group.ts';

/**
 * How many failed deliveries are counted at most, the newest of the range. PostgreSQL counts so many within 50 ms, after 30 ms
 * for the plan over ninety days. A range with more of them is cut, and the answer says from which time on.
 */
export const MOST_COUNTED = 20_000;
/** How many countings run at once: like lists, they must not take the connections that dispatch needs. */
const COUNTED_AT_ONCE = 2;

/** Groups the deliveries whose last attempt failed by webhook and class of the error. A page takes two statements. */
export class FailureReader {
  private readonly days: DeliveryDays;
  private readonly atOnce = new Semaphore(COUNTED_AT_ONCE);

  constructor(
    private readonly database: Database,
    private readonly mostCounted = MOST_COUNTED,
  ) {
    this.days = new DeliveryDays(database);
  }

  /** The groups with the newest failures come first. */
  groups(filter: FailureFilter, after: FailurePosition | null, limit: number): Promise<FoundFailures> {
    return this.atOnce.run(async () => {
      const days = daysWithin(await this.days.all(), filter).map(({ day }) => day);
      const { rows } = await this.statement(days, filter, after, limit).execute(this.database.query);
      const [first] = rows;
      const isCut = first !== undefined && Number(first.counted) >= this.mostCounted;
      return { groups: rows.map(toGroup), countedFrom: isCut ? isoTime(first.oldest) : filter.from };
    });
  }

  /**
   * The failures come from an index that has all of their columns. `place` numbers them, the newest as 1: so the newest one of
   * each group is found without sorting, and only the deliveries that are shown are read from the table.
   */
  private statement(
    days: readonly string[],
    filter: FailureFilter,
    after: FailurePosition | null,
    limit: number,
  ): RawBuilder<RawGroup> {
    const behind = after
      ? sql`where (f.created_at, f.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`
      : sql``;
    return sql<RawGroup>`
      with failures as materialized (
        select d.id, d.day, d.webhook_id, d.error_class, d.status, d.created_at,
          row_number() over (order by d.created_at desc, d.id desc) as place
        from deliveries d where ${sql.join(conditions(days, filter), sql` and `)}
        order by d.created_at desc, d.id desc limit ${this.mostCounted}
      ),
      groups as (
        select webhook_id, error_class, count(*) filter (where status = 'FAILED') as failed,
          count(*) filter (where status <> 'FAILED') as waiting, min(created_at) as first_created_at, min(place) as place
        from failures group by webhook_id, error_class
      )
      select g.webhook_id, g.error_class, g.failed, g.waiting, g.first_created_at, f.id, f.created_at,
        s.tenant_id, s.status, s.response_status_code, s.error_message,
        (select count(*) from failures) as counted, (select min(created_at) from failures) as oldest
      from groups g join failures f using (place)
      cross join lateral (
        select d.tenant_id, d.status, d.response_status_code, d.error_message from deliveries d
        where d.id = f.id and d.day = f.day limit 1
      ) s ${behind}
      order by g.place limit ${limit}`;
  }
}

function conditions(
  days: readonly string[],
  { tenantId, webhookId, from, before }: FailureFilter,
): RawBuilder<unknown>[] {
  return [
    sql`d.day = any(${[...days]}::date[])`,
    // Also the condition of the indexes. A delivery that succeeds has no error any more.
    sql`d.error_message is not null and d.status in ('FAILED', 'RETRYING')`,
    ...createdWithin({ from, before }),
    ...(tenantId === null ? [] : [sql`d.tenant_id = ${tenantId}`]),
    ...(webhookId ? [sql`d.webhook_id = ${webhookId}::uuid`] : []),
  ];
}

type RawGroup = Pick<
  RawDeliveryRow,
  'webhook_id' | 'id' | 'created_at' | 'tenant_id' | 'status' | 'response_status_code' | 'error_message'
> & {
  readonly error_class: FailureGroup['errorClass'];
  /** Counts as the driver gives a bigint. */
  readonly failed: string;
  readonly waiting: string;
  readonly counted: string;
  readonly first_created_at: string | Date;
  readonly oldest: string | Date;
};

const toGroup = (raw: RawGroup): FailureGroup => ({
  tenantId: raw.tenant_id,
  webhookId: raw.webhook_id,
  errorClass: raw.error_class,
  failed: Number(raw.failed),
  waiting: Number(raw.waiting),
  firstCreatedAt: isoTime(raw.first_created_at),
  sample: {
    id: raw.id,
    status: raw.status,
    responseStatusCode: raw.response_status_code,
    errorMessage: raw.error_message,
    createdAt: isoTime(raw.created_at),
  },
});
