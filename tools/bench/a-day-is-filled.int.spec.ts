import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrate } from '@signet/service-kit';
import { testDatabase } from '@signet/testing';
import pg from 'pg';
import { deliveryDatabase } from '../../apps/delivery/src/database/database.ts';
import type { LocalFile } from '../dev/data-folder/local-file.ts';
import { storageUsed } from './measure/storage.ts';
import { recordToday } from './installation/recorded-today.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let client: pg.Client;
let local: LocalFile;
/** Beside local.json lies Kafka's data. */
const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'));
beforeAll(async () => {
  database = await testDatabase();
  await migrate(deliveryDatabase({ SIGNET_DATABASE_URL: database.url, SIGNET_DATABASE_POOL: 2 }));
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  local = { databaseUrl: database.url } as LocalFile;
  mkdirSync(join(folder, 'kafka'));
});
afterAll(async () => {
  await client.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

test('a day without deliveries cannot be filled', async () => {
  await expect(recordToday(local, 1)).rejects.toThrow('needs the warm-up');
});

test('each copy is a delivery of its own with its log, the relay has passed all of them, and their indexes are counted', async () => {
  const { rows: days } = await client.query<{ day: string; name: string }>(
    `select day::text, to_char(day, 'YYYYMMDD') as name from (select (now() at time zone 'UTC')::date as day) as today`,
  );
  const { day, name } = days[0]!;
  for (const table of ['deliveries', 'delivery_log'])
    await client.query(
      `create table delivery.${table}_${name} partition of delivery.${table} for values from ('${day}') to (date '${day}' + 1)`,
    );
  await client.query(
    `with one as (insert into delivery.deliveries (id, day, tenant_id, webhook_id, partition, event_type, event_id, message_id, subject, kind,
       status, attempt_count, max_attempts, created_at, updated_at, version)
     values (gen_random_uuid(), $1, 'tenant-1', gen_random_uuid(), 0, 'sale.created', gen_random_uuid(), 'M-1', 'S-1', 'message',
       'SUCCESS', 1, 5, now(), now(), 1) returning id, day)
     insert into delivery.delivery_log (day, delivery_id, version, events) select day, id, 1, '[]' from one`,
    [day],
  );
  const before = await storageUsed(local, join(folder, 'local.json'));
  await recordToday(local, 2_500);
  const { rows: counts } = await client.query(
    `select count(*)::int as deliveries, count(distinct id)::int as ids, count(distinct event_id)::int as messages,
       (select count(distinct delivery_id)::int from delivery.delivery_log) as log,
       (select count(distinct (tx, position))::int from delivery.delivery_log) as positions
     from delivery.deliveries`,
  );
  expect(counts).toEqual([{ deliveries: 2_501, ids: 2_501, messages: 2_501, log: 2_501, positions: 1 }]);
  const after = await storageUsed(local, join(folder, 'local.json'));
  // Five indexes with at least 30 bytes an entry. Together they are smaller than tables and indexes together.
  expect(after.scatteredBytes - before.scatteredBytes).toBeGreaterThan(2_500 * 5 * 30);
  expect(after.scatteredBytes - before.scatteredBytes).toBeLessThan(after.tableBytes - before.tableBytes);
});
