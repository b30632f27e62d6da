import type { Clock } from '@signet/contracts';
import type { LongSession } from '@signet/service-kit';
import { sql } from 'kysely';
import type { Database } from './database.port.ts';
import { DeliveryDays } from './delivery-days.ts';
import type { Dated } from './delivery-days.ts';
import { dropPartitions } from './drop-partitions.ts';
import type { Dropped } from './drop-partitions.ts';
import { isoDay, partitionName, PARTITIONS_LOCK, TABLES } from './partition-names.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Makes the daily partitions of the log and of the deliveries ahead of time, makes those for older messages when such
 * messages arrive, and drops partitions past the retention. There is no default partition: rows in it would never be dropped.
 */
export class DayPartitions {
  private readonly made = new Set<string>();
  private readonly days: DeliveryDays;
  /** Number of days past the retention that this replica kept in its last check; 0 if another replica does the check. */
  keptDays = 0;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly retentionMs: number,
    /** The session for dropping, which waits for readers and may delete many rows. */
    private readonly session: LongSession,
  ) {
    this.days = new DeliveryDays(database);
  }

  /** Makes the partitions of today, tomorrow and the day after, if they are missing. */
  async ensureAhead(): Promise<void> {
    const now = this.clock().getTime();
    await this.make([now - DAY_MS, now, now + DAY_MS, now + 2 * DAY_MS].map(isoDay));
  }

  /** Makes the partitions for these deliveries, which are stored next. It costs nothing if they exist. */
  async ensure(deliveries: readonly Dated[]): Promise<void> {
    await this.make(deliveries.map(({ day }) => day));
    await this.days.note(deliveries);
  }

  /** PostgreSQL has no partition for one of these days, although one was made: another replica has dropped it since. */
  forget(days: readonly string[]): void {
    for (const day of days) this.made.delete(day);
    this.days.forget((day) => days.includes(day));
  }

  /**
   * Drops every partition whose whole day is older than the retention and whose deliveries have all ended. Returns the days
   * that were dropped here, and those that are kept.
   */
  async dropExpired(): Promise<Dropped> {
    const oldest = isoDay(this.clock().getTime() - this.retentionMs);
    // Also days that another replica drops: a message that still comes for one needs a new partition.
    this.forget([...this.made].filter((day) => day < oldest));
    this.days.forget((day) => day < oldest);
    const dropped = await dropPartitions(this.session, oldest);
    this.keptDays = dropped.kept.length;
    return dropped;
  }

  private async make(days: Iterable<string>): Promise<void> {
    const missing = [...new Set(days)].filter((day) => !this.made.has(day)).sort();
    for (const day of missing) {
      if (!DAY.test(day)) throw new RangeError(`Not a day: ${day}`);
      for (const table of TABLES) await this.makeOne(table, day);
      this.made.add(day);
    }
  }

  /**
   * The table is made first and then attached. Making it as a partition would wait for every reader of the parent table, and
   * all other statements would wait behind that.
   */
  private async makeOne(table: string, day: string): Promise<void> {
    const name = partitionName(table, day);
    const next = isoDay(Date.parse(day) + DAY_MS);
    await this.database.transaction(async ({ query }) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${PARTITIONS_LOCK}, 0))`.execute(query);
      const { rows } = await sql`select from pg_inherits where inhrelid = to_regclass(${name})`.execute(query);
      if (rows.length > 0) return;
      // Names and days are checked above; a definition takes no parameters.
      const [made, parent] = [sql.raw(name), sql.raw(table)];
      await sql`create table if not exists ${made} (like ${parent} including defaults including constraints)`.execute(
        query,
      );
      const range = sql.raw(`from ('${day}') to ('${next}')`);
      await sql`alter table ${parent} attach partition ${made} for values ${range}`.execute(query);
    });
  }
}
