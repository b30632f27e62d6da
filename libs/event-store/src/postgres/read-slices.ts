import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { EventLike, StoredEvent } from '../event.ts';
import type { Slice } from '../snapshot/fold-streams.ts';
import type { EventRow } from './event-rows.ts';
import { EVENT_COLUMNS, eventOf } from './event-rows.ts';

/** The greatest number of the column: no stream becomes so long. */
const END = 2_147_483_647;

/**
 * The events of each slice in order, at most the first `limit` of each, in one statement. It makes one look-up in the key
 * of the table for each slice, so it reads only rows that it returns.
 *
 * @param table quoted
 */
export async function readSlices<Event extends EventLike>(
  em: EntityManager,
  table: string,
  slices: readonly Slice[],
  limit: number = END,
): Promise<Map<string, StoredEvent<Event>[]>> {
  const eventsOf = new Map<string, StoredEvent<Event>[]>(slices.map(({ streamId }) => [streamId, []]));
  if (slices.length === 0) return eventsOf;
  const { rows } = await sql<EventRow>`
    select event.* from unnest(
      ${slices.map(({ streamId }) => streamId)}::text[],
      ${slices.map(({ after }) => after)}::int[],
      ${slices.map(({ upTo = END }) => Math.min(upTo, END))}::int[]
    ) as asked (stream, after, up_to)
    cross join lateral (
      select ${sql.raw(EVENT_COLUMNS)} from ${sql.raw(table)}
      where stream_id = asked.stream and version > asked.after and version <= asked.up_to
      order by version limit ${limit}
    ) as event
    order by event.stream_id, event.version`.execute(em.getKysely());
  for (const row of rows) eventsOf.get(row.stream_id)!.push(eventOf(row));
  return eventsOf;
}
