import type { FakeClock } from '@signet/testing';
import { fakeClock, waitFor } from '@signet/testing';
import { sql } from 'kysely';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { ROW_COLUMNS, toDeliveryRow } from '../delivery/storage/delivery.rows.ts';
import type { RawDeliveryRow } from '../delivery/storage/delivery.rows.ts';
import { binOf, CELLS, HISTOGRAMS } from '../statistics/cells.policy.ts';
import { ALL_WEBHOOKS } from '../statistics/counting/count-deliveries.ts';
import { StatisticsCounter } from '../statistics/counting/statistics-counter.ts';
import type { Round } from '../statistics/counting/statistics-counter.ts';
import { floorTo, keptAt, RESOLUTIONS } from '../statistics/resolutions.policy.ts';
import { StoredDeliveries } from './stored-deliveries.ts';

const START = '2026-01-15T12:00:00.000Z';

const TABLES = [
  'deliveries',
  'delivery_log',
  'due_deliveries',
  'delivery_statistics',
  'statistics_progress',
  'statistics_recounts',
];

const OUTCOMES = {
  SUCCESS: CELLS.delivered,
  FAILED: CELLS.failed,
  PENDING: CELLS.pending,
  RETRYING: CELLS.retrying,
} as const;

/** Stored deliveries with a log that says when they change, and their statistics. */
export class CountedDeliveries {
  private constructor(
    readonly stored: StoredDeliveries,
    readonly clock: FakeClock,
    readonly counter: StatisticsCounter,
  ) {}

  static async create(): Promise<CountedDeliveries> {
    const stored = await StoredDeliveries.create();
    const clock = fakeClock(START);
    return new CountedDeliveries(stored, clock, new StatisticsCounter(stored.database, clock));
  }

  ago(ms: number): string {
    return new Date(this.clock().getTime() - ms).toISOString();
  }

  async add(rows: readonly DeliveryRow[]): Promise<void> {
    await this.stored.add(rows);
    for (const row of rows) await this.log(row);
  }

  /** What an attempt, or a person, makes of a delivery. */
  async change(row: DeliveryRow, fields: Partial<Pick<DeliveryRow, 'status' | 'attemptCount' | 'completedAt'>>) {
    const { status, attemptCount, completedAt } = { ...row, ...fields };
    await sql`update deliveries set status = ${status}, attempt_count = ${attemptCount}, completed_at = ${completedAt},
      version = version + 1 where id = ${row.id}::uuid and day = ${row.day}::date`.execute(this.stored.database.query);
    await this.log(row);
  }

  private async log({ id, day }: DeliveryRow): Promise<void> {
    await sql`
      insert into delivery_log (day, delivery_id, version, events)
      select ${day}::date, ${id}::uuid, coalesce(max(version), 0) + 1, '[]' from delivery_log
      where day = ${day}::date and delivery_id = ${id}::uuid`.execute(this.stored.database.query);
  }

  /** Removes all deliveries and statistics. */
  async clear(): Promise<void> {
    this.clock.set(START);
    // Not `truncate`: it makes each partition and each of its indexes anew.
    for (const table of TABLES) await sql`delete from ${sql.table(table)}`.execute(this.stored.database.query);
    // Otherwise each later test would fill in all hours since the oldest delivery of the tests before.
    await this.stored.forgetDays();
  }

  /** Lets a replica count now, although another one has counted a moment ago. */
  async endRest(): Promise<void> {
    await sql`update statistics_progress set rest_until = '2000-01-01Z'`.execute(this.stored.database.query);
  }

  /** Counts until all of the log is counted. Transactions of other tests hold the horizon back for a moment. */
  async count(counter: Pick<StatisticsCounter, 'round'> = this.counter): Promise<void> {
    await waitFor(
      async () => {
        let round: Round | null;
        do {
          await this.endRest();
          round = await counter.round(true);
        } while (round?.isBehind);
        return round !== null && !(await this.hasMore());
      },
      { what: 'the log to be counted' },
    );
  }

  private async hasMore(): Promise<boolean> {
    const { rows } = await sql<{ more: boolean }>`
      select exists (select from delivery_log l, statistics_progress p where (l.tx, l.position) > (p.tx, p.position)) as more`.execute(
      this.stored.database.query,
    );
    return rows[0]!.more;
  }

  /** Every counter of the statistics that is not zero: `resolution tenant webhook type bucket cell` → count. */
  async counted(): Promise<Record<string, number>> {
    const { rows } = await sql<{ key: string; n: number }>`
      select concat_ws(' ', resolution, tenant_id, webhook_id, event_type, extract(epoch from bucket)::bigint, c.cell) as key,
        c.n::integer as n
      from delivery_statistics, unnest(cells, counts) as c(cell, n)`.execute(this.stored.database.query);
    return Object.fromEntries(rows.map(({ key, n }) => [key, n]));
  }

  /** What `counted` should be, by the deliveries that there are. */
  async expected(): Promise<Record<string, number>> {
    const { rows } = await sql<RawDeliveryRow>`select ${sql.raw(ROW_COLUMNS)} from deliveries d`.execute(
      this.stored.database.query,
    );
    const { minutesFrom, hoursFrom, daysFrom } = keptAt(this.clock().getTime());
    const from = { minute: minutesFrom, hour: hoursFrom, day: daysFrom } as const;
    const counts = new Map<string, number>();
    for (const row of rows.map(toDeliveryRow)) {
      const created = Date.parse(row.createdAt);
      for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
        if (created < from[name as keyof typeof from]) continue;
        const bucket = floorTo(created, resolution) / 1_000;
        for (const key of keysOf(row))
          for (const [cell, n] of cellsOf(row)) {
            const name = [resolution, ...key, bucket, cell].join(' ');
            if (n !== 0) counts.set(name, (counts.get(name) ?? 0) + n);
          }
      }
    }
    return Object.fromEntries(counts);
  }
}

const keysOf = ({ tenantId, webhookId, eventType }: DeliveryRow): string[][] => [
  [tenantId, webhookId, eventType],
  [tenantId, ALL_WEBHOOKS, ''],
  ['', ALL_WEBHOOKS, eventType],
];

function cellsOf(row: DeliveryRow): [number, number][] {
  const { status, attemptCount, unspentAttempts, createdAt, completedAt, responseStatusCode, durationMs } = row;
  const cells: [number, number][] = [
    [OUTCOMES[status], 1],
    [CELLS.attempts, attemptCount + unspentAttempts],
  ];
  if (status === 'SUCCESS')
    cells.push([HISTOGRAMS.deliveryMs + binOf(Date.parse(completedAt!) - Date.parse(createdAt)), 1]);
  if (responseStatusCode !== null) cells.push([HISTOGRAMS.responseMs + binOf(durationMs!), 1]);
  return cells;
}
