import { isoTime } from '@signet/contracts';
import { sql } from 'kysely';
import type { Queries } from '../../database/database.port.ts';
import type { Kept } from '../resolutions.policy.ts';

/** How far the deliveries are counted; the one row of `statistics_progress`. Times in milliseconds since 1970. */
export interface Progress extends Omit<Kept, 'daysFrom'> {
  /** Every change in the log up to this place is counted. */
  readonly tx: string;
  readonly position: string;
  /** Deliveries that were created before are not counted yet, unless they have changed. */
  readonly filledFrom: number;
  /** There are no older deliveries that are to be counted. */
  readonly isFilled: boolean;
  /** When deliveries were last counted. */
  readonly countedAt: number;
  /** No replica counts before this time. */
  readonly restUntil: number;
}

interface Row {
  tx: string;
  position: string;
  is_ahead: boolean;
  filled_from: string | Date;
  is_filled: boolean;
  minutes_from: string | Date;
  hours_from: string | Date;
  counted_at: string | Date;
  rest_until: string | Date;
}

const ms = (time: string | Date): number => new Date(time).getTime();

/** Null: nothing was counted yet. `isAhead`: the log was restored to an earlier time, or moved to another server. */
export async function readProgress({ query }: Queries): Promise<(Progress & { readonly isAhead: boolean }) | null> {
  const { rows } = await sql<Row>`
    select tx::text as tx, position::text as position, tx >= pg_snapshot_xmax(pg_current_snapshot()) as is_ahead,
      filled_from, is_filled, minutes_from, hours_from, counted_at, rest_until
    from statistics_progress`.execute(query);
  const [row] = rows;
  if (!row) return null;
  return {
    tx: row.tx,
    position: row.position,
    isAhead: row.is_ahead,
    filledFrom: ms(row.filled_from),
    isFilled: row.is_filled,
    minutesFrom: ms(row.minutes_from),
    hoursFrom: ms(row.hours_from),
    countedAt: ms(row.counted_at),
    restUntil: ms(row.rest_until),
  };
}

/**
 * The place in the log from which on changes have to be read, if everything that is visible after this statement is counted
 * otherwise.
 */
export async function placeOfNow({ query }: Queries): Promise<{ readonly tx: string; readonly position: string }> {
  const { rows } = await sql<{ tx: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as tx`.execute(query);
  // Positions begin at 1.
  return { tx: rows[0]!.tx, position: '0' };
}

export async function storeProgress({ query }: Queries, progress: Progress): Promise<void> {
  const { tx, position, filledFrom, isFilled, minutesFrom, hoursFrom, countedAt, restUntil } = progress;
  await sql`
    insert into statistics_progress (id, tx, position, filled_from, is_filled, minutes_from, hours_from, counted_at,
      rest_until)
    values (1, ${tx}::xid8, ${position}::bigint, ${isoTime(filledFrom)}, ${isFilled}, ${isoTime(minutesFrom)}, ${isoTime(hoursFrom)}, ${isoTime(countedAt)},
      ${isoTime(restUntil)})
    on conflict (id) do update set tx = excluded.tx, position = excluded.position, filled_from = excluded.filled_from,
      is_filled = excluded.is_filled, minutes_from = excluded.minutes_from, hours_from = excluded.hours_from, counted_at = excluded.counted_at,
      rest_until = excluded.rest_until`.execute(query);
}
