import type { LocalFile } from '../../dev/data-folder/local-file.ts';
import { withDatabaseOf } from './database.ts';

/** Columns with a different value in each row: in an index by them, the entries of two deliveries lie at different places. */
const OWN_VALUE: Readonly<Record<string, string>> = {
  id: 'gen_random_uuid()',
  delivery_id: 'gen_random_uuid()',
  event_id: 'gen_random_uuid()',
  message_id: 'gen_random_uuid()::text',
  subject: `'S-' || gen_random_uuid()`,
};

/** So few that a statement ends well within the time limits of Signet's sessions, also on a busy machine. */
const AT_ONCE = 10_000;
/** Fewer than the warm-up delivers. */
const ORIGINALS = 100;

/**
 * Fills the present day with deliveries and their log, copies of those that the warm-up made, as a day is filled that has run for a
 * while. Indexes by random ids are then large: nearly each new delivery changes a page of theirs that no other has changed since the last
 * checkpoint, which PostgreSQL writes whole into the WAL. An empty table does not show that.
 *
 * The copies have the log position of the delivery that they were copied from, so the relay publishes no outcome twice, and they are
 * not in the work queue.
 */
export const recordToday = (local: LocalFile, deliveries: number): Promise<void> =>
  withDatabaseOf(local, async (client) => {
    for (const table of ['deliveries', 'delivery_log']) {
      const { rows } = await client.query<{ name: string }>(
        `select column_name as name from information_schema.columns
         where table_schema = 'delivery' and table_name = $1 order by ordinal_position`,
        [table],
      );
      const columns = rows.map(({ name }) => name);
      const values = columns.map((name) => OWN_VALUE[name] ?? `original.${name}`);
      let left = deliveries;
      while (left > 0) {
        const { rowCount } = await client.query(
          `insert into delivery.${table} (${columns.join(', ')})
           select ${values.join(', ')}
           from (select * from delivery.${table} where day = (now() at time zone 'UTC')::date limit ${ORIGINALS}) as original
           cross join generate_series(1, ${AT_ONCE / ORIGINALS}) limit $1`,
          [Math.min(left, AT_ONCE)],
        );
        if (!rowCount) throw new Error('There is nothing to copy: --recorded needs the warm-up, on the same day.');
        left -= rowCount;
      }
      // Otherwise autovacuum would do this later, while we measure.
      await client.query(`vacuum (analyze) delivery.${table}`);
    }
  });
