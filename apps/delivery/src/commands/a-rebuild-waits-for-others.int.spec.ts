import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitFor } from '@signet/testing';
import pg from 'pg';
import { StoredDeliveries } from '../testing/stored-deliveries.ts';
import { rebuildDeliveries } from './rebuild-deliveries.ts';

let stored: StoredDeliveries;
let other: pg.Client;
let observer: pg.Client;
beforeEach(async () => {
  stored = await StoredDeliveries.create();
  [other, observer] = await Promise.all([connect(), connect()]);
});
afterEach(async () => {
  await Promise.all([other.end(), observer.end()]);
  await stored.close();
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stored.url });
  await client.connect();
  await client.query('set search_path = delivery');
  return client;
}
const untilWaiting = (statement: string): Promise<unknown> =>
  waitFor(
    async () =>
      (
        await observer.query(`select from pg_stat_activity where query like $1 and wait_event_type = 'Lock'`, [
          `${statement}%`,
        ])
      ).rowCount,
    { what: `${statement} to wait for a lock` },
  );

test('a transaction that has read the work queue may still lock the rows that it read', async () => {
  await other.query('begin');
  await other.query('select from due_deliveries');
  const rebuilt = rebuildDeliveries(stored.database);
  await untilWaiting('lock table');
  await other.query('select from due_deliveries for update');
  await other.query('commit');
  expect(await rebuilt).toBe(0);
});

test('a rebuild that PostgreSQL ends, because it and another wait for each other, begins again', async () => {
  // Makes the rebuild, not this session, detect the deadlock first.
  await other.query(`set deadlock_timeout = '1min'`);
  await other.query('begin');
  await other.query('select from due_deliveries');
  const rebuilt = rebuildDeliveries(stored.database);
  await untilWaiting('lock table');
  await other.query('insert into deliveries select * from deliveries where false');
  await other.query('insert into delivery_log select * from delivery_log where false');
  await other.query('commit');
  expect(await rebuilt).toBe(0);
});
