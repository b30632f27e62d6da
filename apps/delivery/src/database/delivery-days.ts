import { sql } from 'kysely';
import type { Queries } from './database.port.ts';

/** When the deliveries of one day's partition were created: not before `createdFrom`, and before `createdUntil`. */
export interface DeliveryDay {
  readonly day: string;
  readonly createdFrom: string;
  readonly createdUntil: string;
}

/** The day and time of a delivery. Times as `Date.toISOString` gives them, so that they compare as text. */
export interface Dated {
  readonly day: string;
  readonly createdAt: string;
}

const HOUR_MS = 60 * 60 * 1000;
const beginOfHour = (time: string): string => new Date(Math.floor(Date.parse(time) / HOUR_MS) * HOUR_MS).toISOString();
const endOfHour = (time: string): string => new Date(Date.parse(beginOfHour(time)) + HOUR_MS).toISOString();

/**
 * The days that have deliveries. A delivery is in the partition of its message's day, which may be long before its creation,
 * for a replay or a late message. Lists are sorted by creation time, and find here which few partitions can have a page's
 * rows. A day is noted before the first delivery of each hour is stored, so that a list never misses a delivery.
 */
export class DeliveryDays {
  private readonly known = new Map<string, DeliveryDay>();

  constructor(private readonly database: Queries) {}

  async all(): Promise<DeliveryDay[]> {
    const { rows } = await sql<Row>`
      select day::text as day, created_from, created_until from delivery_days`.execute(this.database.query);
    return rows.map(toDay);
  }

  /** Notes deliveries that are about to be stored. It costs a statement only in a new hour or for a new day. */
  async note(deliveries: Iterable<Dated>): Promise<void> {
    const wider = new Map<string, DeliveryDay>();
    for (const { day, createdAt } of deliveries) {
      const range = wider.get(day) ?? this.known.get(day);
      if (range && createdAt >= range.createdFrom && createdAt < range.createdUntil) continue;
      const [from, until] = [beginOfHour(createdAt), endOfHour(createdAt)];
      wider.set(day, {
        day,
        createdFrom: range && range.createdFrom < from ? range.createdFrom : from,
        createdUntil: range && range.createdUntil > until ? range.createdUntil : until,
      });
    }
    if (wider.size > 0) await this.widen([...wider.values()]);
  }

  /** These days may have been dropped: the next delivery of such a day is noted again. */
  forget(isForgotten: (day: string) => boolean): void {
    for (const day of this.known.keys()) if (isForgotten(day)) this.known.delete(day);
  }

  private async widen(days: readonly DeliveryDay[]): Promise<void> {
    // All replicas use the same order, so that two of them cannot wait for each other.
    const { rows } = await sql<Row>`
      insert into delivery_days (day, created_from, created_until)
      select * from unnest(${days.map(({ day }) => day)}::date[], ${days.map((day) => day.createdFrom)}::timestamptz[],
        ${days.map((day) => day.createdUntil)}::timestamptz[]) as t(day, created_from, created_until) order by day
      on conflict (day) do update set created_from = least(delivery_days.created_from, excluded.created_from),
        created_until = greatest(delivery_days.created_until, excluded.created_until)
      returning day::text as day, created_from, created_until`.execute(this.database.query);
    for (const row of rows) this.known.set(row.day, toDay(row));
  }
}

interface Row {
  day: string;
  created_from: string | Date;
  created_until: string | Date;
}

const toDay = (row: Row): DeliveryDay => ({
  day: row.day,
  createdFrom: new Date(row.created_from).toISOString(),
  createdUntil: new Date(row.created_until).toISOString(),
});
