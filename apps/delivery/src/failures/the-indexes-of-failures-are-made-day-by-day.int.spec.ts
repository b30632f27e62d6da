import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrate } from '@signet/service-kit';
import { sql } from 'kysely';
import { deliveryDatabase } from '../database/database.ts';
import { deliveredRow, StoredDeliveries } from '../testing/stored-deliveries.ts';

const DAYS = ['2026-06-28', '2026-06-29', '2026-06-30'];
const INDEXES = ['deliveries_failing', 'deliveries_tenant_failing'];

let stored: StoredDeliveries;
beforeAll(async () => {
  stored = await StoredDeliveries.create();
  await stored.add(DAYS.map((day) => deliveredRow({ createdAt: `${day}T12:00:00.000Z` })));
});
afterAll(() => stored.close());

const run = (statement: string): Promise<unknown> => sql.raw(statement).execute(stored.database.query);

test('the indexes of the version before are replaced, also after a migration that has stopped in the middle', async () => {
  for (const name of INDEXES) await run(`drop index ${name}`);
  await run('create index deliveries_errors on deliveries (created_at desc) where error_message is not null');
  await run('create index deliveries_tenant_errors on deliveries (tenant_id) where error_message is not null');
  // As far as the stopped migration came.
  await run(`create index deliveries_20260628_failing on deliveries_20260628
    (created_at desc, id desc, status) include (webhook_id, error_class, day) where error_message is not null`);
  await run(`delete from migrations where name = 'failure-groups'`);

  expect(await migrate(deliveryDatabase({ SIGNET_DATABASE_URL: stored.url, SIGNET_DATABASE_POOL: 2 }))).toEqual([
    'failure-groups',
  ]);
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
