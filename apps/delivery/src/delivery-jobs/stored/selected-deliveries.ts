import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database, Queries } from '../../database/database.port.ts';
import { DeliveryDays } from '../../database/delivery-days.ts';
import { createdWithin, matching } from '../../delivery/http/delivery.filter.ts';
import { daysWithin } from '../../delivery/http/delivery.pages.ts';
import type { DeliveryRow } from '../../delivery/storage/delivery.projection.ts';
import { ROW_COLUMNS, toDeliveryRow } from '../../delivery/storage/delivery.rows.ts';
import type { RawDeliveryRow } from '../../delivery/storage/delivery.rows.ts';
import type { JobPlace } from '../../jobs/job-place.ts';
import type { DeliverySelection } from '../delivery-job.ts';

export interface SelectedDelivery {
  readonly row: DeliveryRow;
  readonly version: number;
}

/** PostgreSQL's code for a statement that took longer than its `statement_timeout`. */
const PG_QUERY_CANCELED = '57014';

/** The deliveries that a job selects, the oldest first. */
export class SelectedDeliveries {
  private readonly days: DeliveryDays;

  constructor(private readonly database: Database) {
    this.days = new DeliveryDays(database);
  }

  /** How many there are; counting ends at `most`. */
  async count(selection: DeliverySelection, most: number, { query }: Queries = this.database): Promise<number> {
    const { rows } = await sql<{ count: string }>`
      select count(*) as count from (
        select from deliveries d where ${await this.selected(selection, null)} limit ${most}
      ) selected`.execute(query);
    return Number(rows[0]?.count ?? 0);
  }

  /** As `count`; null when it takes longer than `withinMs`. */
  async countWithin(withinMs: number, selection: DeliverySelection, most: number): Promise<number | null> {
    try {
      return await this.database.transaction(async (transaction) => {
        // 0 means no limit. The session's own limit stays if it is shorter.
        await sql`
          select set_config(name, least(nullif(setting::integer, 0), ${withinMs}::integer)::text, true)
          from pg_settings where name = 'statement_timeout'`.execute(transaction.query);
        return await this.count(selection, most, transaction);
      });
    } catch (error) {
      if ((error as { code?: string }).code === PG_QUERY_CANCELED) return null;
      throw error;
    }
  }

  /** Up to `limit` of them behind `after`. */
  async page(selection: DeliverySelection, after: JobPlace | null, limit: number): Promise<SelectedDelivery[]> {
    const { rows } = await sql<RawDeliveryRow>`
      select ${sql.raw(ROW_COLUMNS)} from deliveries d where ${await this.selected(selection, after)}
      order by d.created_at, d.id limit ${limit}`.execute(this.database.query);
    return rows.map((raw) => ({ row: toDeliveryRow(raw), version: raw.version }));
  }

  private async selected(selection: DeliverySelection, after: JobPlace | null): Promise<RawBuilder<unknown>> {
    const { tenantId, webhookId, status, errorClass, eventType } = selection;
    const created = { from: after?.createdAt ?? selection.since.toISOString(), before: selection.until.toISOString() };
    const days = daysWithin(await this.days.all(), created).map(({ day }) => day);
    const filter = {
      tenantId,
      status,
      webhookId: webhookId ?? undefined,
      errorClass: errorClass ?? undefined,
      eventType: eventType ?? undefined,
    };
    const behind = after ? [sql`(d.created_at, d.id) > (${after.createdAt}::timestamptz, ${after.id}::uuid)`] : [];
    const all = [sql`d.day = any(${days}::date[])`, ...createdWithin(created), ...matching(filter), ...behind];
    return sql.join(all, sql` and `);
  }
}
