import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { EventRow } from './event-rows.ts';
import { EVENT_COLUMNS, eventOf } from './event-rows.ts';
import { quotedTable } from './identifier.ts';
import type { Projection } from './projection.ts';
import { projectAll } from './projection.ts';

const PAGE = 1000;

/**
 * Empties the read models and replays every event into them, in the order in which the events were appended (position),
 * in one transaction. Appends wait meanwhile. Readers still see the old rows if `truncate` uses DELETE, and wait if it uses
 * TRUNCATE. Memory is bounded: the log is read through a cursor, and each page is flushed and released.
 */
export async function rebuild(
  em: EntityManager,
  projections: readonly Projection[],
  { table = 'events' }: { readonly table?: string | undefined } = {},
): Promise<void> {
  const events = sql.raw(quotedTable(table));
  await em.fork().transactional(async (transaction) => {
    const database = transaction.getKysely();
    // This lock conflicts with the lock of every INSERT: it waits for appends that run, and new appends wait for it.
    await sql`lock table ${events} in share mode`.execute(database);
    for (const projection of projections) await projection.truncate(transaction);
    await sql`declare signet_rebuild no scroll cursor for
      select ${sql.raw(EVENT_COLUMNS)} from ${events} order by ${events}.position`.execute(database);
    for (;;) {
      const { rows } = await sql<EventRow>`fetch ${sql.raw(String(PAGE))} from signet_rebuild`.execute(database);
      if (rows.length === 0) break;
      await projectAll(projections, rows.map(eventOf), transaction);
      await transaction.flush();
      transaction.clear();
    }
    await sql`close signet_rebuild`.execute(database);
  });
}
