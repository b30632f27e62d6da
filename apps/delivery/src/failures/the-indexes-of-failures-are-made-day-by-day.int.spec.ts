import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrate } from '@signet/service-kit';
import { waitFor } from '@signet/testing';
import { sql } from 'kysely';
import { deliveryDatabase } from '../database/database.ts';
import { deliveredRow, StoredDeliveries } from '../testing/stored-deliveries.ts';

const DAYS = ['2026-06-28', '2026-06-29', '2026-06-30'];
const INDEXES = ['deliveries_failing', 'deliveries_tenant_failing'];

let stored: StoredDeliveries;
beforeAll(async () => {
  stored = await StoredDeliveries.create();
  await stored.add(DAYS.map(delivery));
});
afterAll(() => stored.close());

const delivery = (day: string) => deliveredRow({ createdAt: `${day}T12:00:00.000Z` });
const migrateAgain = (): Promise<string[]> =>
  migrate(deliveryDatabase({ SIGNET_DATABASE_URL: stored.url, SIGNET_DATABASE_POOL: 2 }));
const run = (statement: string): Promise<unknown> => sql.raw(statement).execute(stored.database.query);

test('the indexes of the version before are replaced, also after a migration that has stopped in the middle', async () => {
  for (const name of INDEXES) await run(`drop index ${name}`);
  await run('create index deliveries_errors on deliveries (created_at desc) where error_message is not null');
  await run('create index deliveries_tenant_errors on deliveries (tenant_id) where error_message is not null');
  // As far as the stopped migration came.
  await run(`create index deliveries_20260628_failing on deliveries_20260628
    (created_at desc, id desc, status) include (webhook_id, error_class, day) where error_message is not null`);
  await run(`create index deliveries_20260629_failing on deliveries_20260629 (id)`);
  await run(`update pg_index set indisvalid = false where indexrelid = 'deliveries_20260629_failing'::regclass`);
  await run(`delete from migrations where name = 'failure-groups'`);

  expect(await migrateAgain()).toEqual(['failure-groups']);
  const { rows } = await sql<{ name: string; valid: boolean; days: string[] }>`
    select c.relname as name, i.indisvalid as valid, array(
      select d.relname::text from pg_inherits h join pg_class d on d.oid = h.inhrelid where h.inhparent = c.oid order by 1
    ) as days
    from pg_class c join pg_index i on i.indexrelid = c.oid
    where i.indrelid = 'deliveries'::regclass and c.relname ~ '(failing|errors)$' order by 1`.execute(
    stored.database.query,
  );
  const daysOf = (suffix: string) => DAYS.map((day) => `deliveries_${day.replaceAll('-', '')}_${suffix}`);
  expect(rows).toEqual([
    { name: 'deliveries_failing', valid: true, days: daysOf('failing') },
    { name: 'deliveries_tenant_failing', valid: true, days: daysOf('tenant_failing') },
  ]);
});

/** Since when a session has been waiting for a lock to make an index. */
async function waitingSince(): Promise<string | undefined> {
  const { rows } = await sql<{ since: string }>`
    select query_start::text as since from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query ilike 'create index%'`.execute(
    stored.database.query,
  );
  return rows[0]?.since;
}

test('while the index of a day is made, deliveries of that day are written', async () => {
  for (const name of INDEXES) await run(`drop index ${name}`);
  await run(`delete from migrations where name = 'failure-groups'`);
  const [today] = DAYS;
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const writing = stored.database.transaction(async ({ query }) => {
    await sql`update deliveries set version = version where day = ${today}::date`.execute(query);
    await ended;
  });
  const migrating = migrateAgain();
  const since = await waitFor(waitingSince, { what: 'the migration to wait for a transaction that writes' });
  await stored.add([delivery(today!)]);
  // It is the same wait: the write was not let through by the end of a lock_timeout.
  expect(await waitingSince()).toBe(since);
  end();
  await writing;
  expect(await migrating).toEqual(['failure-groups']);
});
