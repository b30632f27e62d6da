import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';

const TABLES = ['delivery_log', 'deliveries'] as const;
/** One advisory lock for all replicas: two that make the same partition at once would fail. */
const LOCK = 'signet.delivery.partitions';
const DAY_MS = 24 * 60 * 60 * 1000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const partitionName = (table: string, day: string): string => `${table}_${day.replaceAll('-', '')}`;
const isoDay = (time: number): string => new Date(time).toISOString().slice(0, 10);

/**
 * Makes the daily partitions of the log and of the deliveries ahead of time, those of older messages when they arrive,
 * and drops those past the retention. There is no default partition: a row without a day's partition would stay in it
 * for ever.
 */
export class DayPartitions {
  private readonly known = new Set<string>();

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly retentionMs: number,
  ) {}

  /** Today, tomorrow and the day after, whichever is missing. */
  async ensureAhead(): Promise<void> {
    const now = this.clock().getTime();
    await this.ensure([now - DAY_MS, now, now + DAY_MS, now + 2 * DAY_MS].map(isoDay));
  }

  /** Makes the partitions of these days (`YYYY-MM-DD`); days made before cost nothing. */
  async ensure(days: Iterable<string>): Promise<void> {
    const missing = [...new Set(days)].filter((day) => !this.known.has(day)).sort();
    if (missing.length === 0) return;
    for (const day of missing) {
      if (!DAY.test(day)) throw new RangeError(`Not a day: ${day}`);
      for (const table of TABLES) await this.make(table, day);
    }
    for (const day of missing) this.known.add(day);
  }

  /**
   * Making a partition locks its table against everybody. One table a transaction: a query that reads both and a
   * transaction that has locked one and wants the other would wait for each other.
   */
  private async make(table: string, day: string): Promise<void> {
    const next = isoDay(Date.parse(day) + DAY_MS);
    await this.em.fork().transactional(async (em) => {
      await em.execute(`select pg_advisory_xact_lock(hashtextextended('${LOCK}', 0))`);
      await em.execute(
        `create table if not exists ${partitionName(table, day)} partition of ${table} for values from ('${day}') to ('${next}')`,
      );
    });
  }

  /** Drops every partition whose whole day is older than the retention. Returns the dropped days. */
  async dropExpired(): Promise<string[]> {
    const oldest = isoDay(this.clock().getTime() - this.retentionMs);
    const rows = await this.em.fork().execute<{ name: string }[]>(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'deliveries'::regclass order by 1`,
    );
    const expired = rows
      .map(({ name }) => name.slice(-8).replace(/(\d{4})(\d{2})(\d{2})/, '$1-$2-$3'))
      .filter((day) => day < oldest);
    for (const day of expired) {
      for (const table of TABLES) {
        const name = partitionName(table, day);
        // Outside a transaction, so that readers of other days never wait.
        await this.em.fork().execute(`alter table ${table} detach partition ${name} concurrently`);
        await this.em.fork().execute(`drop table ${name}`);
      }
      await this.em.fork().execute(`delete from due_deliveries where day = ?`, [day]);
      this.known.delete(day);
    }
    return expired;
  }
}
