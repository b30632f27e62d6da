import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { EventLike, StoredEvent } from '../event.ts';
import { storedForm } from '../event.ts';
import type { StreamAppend } from '../event-store.ts';

/** At least one stream was not at its expected version; the transaction must be rolled back. */
export class AppendRefused extends Error {}

export interface Recording {
  /** Quoted. */
  readonly table: string;
  readonly actor: string;
  readonly recordedAt: Date;
}

/**
 * Inserts the events of all appends in one statement.
 *
 * - The event before the first new one must exist: so an expected version that is too high cannot leave a gap. The primary key
 *   (stream_id, version) refuses a version that is too low.
 * - The relay reads in the order of `tx`, below pg_snapshot_xmin. A transaction that got its id long before it read the stream
 *   would put its event before an earlier event of the same stream. So an event gets at least the `tx` of the event before it.
 *   A `tx` later than the writer's own is safe: the relay passes it only when all transactions before it have ended.
 * - The rows are inserted in the order of the stream ids, so that two batches wait for each other instead of a deadlock.
 *
 * @throws AppendRefused
 */
export async function insertEvents<Event extends EventLike>(
  em: EntityManager,
  appends: readonly StreamAppend<Event>[],
  { table, actor, recordedAt }: Recording,
): Promise<StoredEvent<Event>[]> {
  const ordered = appends.toSorted((a, b) => (a.streamId < b.streamId ? -1 : 1));
  const rows = ordered.flatMap(({ streamId, expectedVersion, events }) =>
    events.map(({ type, data, ...rest }, index) => {
      const stored = storedForm(data);
      const event = { ...rest, type, data: stored.data, streamId, version: expectedVersion + index + 1 };
      return { event, expectedVersion, json: stored.json };
    }),
  );
  if (rows.length === 0) return [];
  const positions = await run(em, table, rows, actor, recordedAt);
  if (positions.length !== rows.length) throw new AppendRefused();
  const positionOf = new Map(positions.map((row) => [`${row.version} ${row.stream_id}`, row.position]));
  return rows.map(({ event }) => {
    const position = BigInt(positionOf.get(`${event.version} ${event.streamId}`)!);
    return { ...event, position, actor, recordedAt } as unknown as StoredEvent<Event>;
  });
}

interface PreparedRow {
  readonly event: { readonly streamId: string; readonly version: number; readonly type: string };
  readonly expectedVersion: number;
  readonly json: string;
}

interface InsertedRow {
  readonly stream_id: string;
  readonly version: number;
  readonly position: string;
}

async function run(
  em: EntityManager,
  table: string,
  rows: readonly PreparedRow[],
  actor: string,
  recordedAt: Date,
): Promise<InsertedRow[]> {
  const events = sql.raw(table);
  const statement = sql<InsertedRow>`
    insert into ${events} (tx, stream_id, version, type, data, actor, recorded_at)
    select greatest(pg_current_xact_id(), previous.tx), added.stream_id, added.version, added.type, added.data::jsonb,
      ${actor}, ${recordedAt}
    from unnest(
      ${rows.map(({ event }) => event.streamId)}::text[],
      ${rows.map(({ event }) => event.version)}::int[],
      ${rows.map(({ expectedVersion }) => expectedVersion)}::int[],
      ${rows.map(({ event }) => event.type)}::text[],
      ${rows.map(({ json }) => json)}::text[]
    ) with ordinality as added (stream_id, version, expected, type, data, nth)
    left join ${events} as previous on previous.stream_id = added.stream_id and previous.version = added.expected
    where added.expected = 0 or previous.version is not null
    order by added.nth
    returning stream_id, version, position::text as position`;
  try {
    return (await statement.execute(em.getKysely())).rows;
  } catch (error) {
    throw isTakenVersion(error) ? new AppendRefused() : error;
  }
}

/** Whether the stream's version was taken: a violation of this unique constraint only, since projections have constraints, too. */
const isTakenVersion = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === '23505' &&
  'constraint' in error &&
  error.constraint === 'events_stream_version';
