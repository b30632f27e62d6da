import { expect, test } from '@jest/globals';
import pg from 'pg';
import { testDatabase } from './database.ts';

test('a test file gets an empty database of its own, and can drop it while a client is connected', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
  const client = new pg.Client({ connectionString: one.url });
  // The client loses its connection when the database is dropped, as this test expects.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('create table t (id int)');
  const second = new pg.Client({ connectionString: other.url });
  await second.connect();
  const { rows } = await second.query("select count(*)::int as tables from pg_tables where schemaname = 'public'");
  expect(rows).toEqual([{ tables: 0 }]);
  await second.end();
  await Promise.all([one.drop(), other.drop()]);
  await expect(new pg.Client({ connectionString: one.url }).connect()).rejects.toThrow('does not exist');
});
