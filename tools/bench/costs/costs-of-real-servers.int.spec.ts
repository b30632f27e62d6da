import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { testDatabase } from '@signet/testing';
import pg from 'pg';
import { hasProc } from '../measure/proc.ts';
import { postgresCounts } from './postgres-counts.ts';
import { processCounts } from './process-counts.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('create table things (id integer)');
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

test('transactions that write and the bytes of their WAL are counted as soon as they have ended', async () => {
  const local = { databaseUrl: database.url };
  const before = await postgresCounts(local);
  for (let id = 0; id < 10; id += 1) await client.query('insert into things values ($1)', [id]);
  const after = await postgresCounts(local);
  const spent = (name: 'PostgreSQL: transactions that write' | 'PostgreSQL: WAL, bytes'): number =>
    (after.postgres[name] ?? 0) - (before.postgres[name] ?? 0);
  // Other tests use the same server.
  expect(spent('PostgreSQL: transactions that write')).toBeGreaterThanOrEqual(10);
  expect(spent('PostgreSQL: WAL, bytes')).toBeGreaterThan(10 * 30);
});

test('without the library that counts statements their number is missing', async () => {
  const { postgres, delivery } = await postgresCounts({ databaseUrl: database.url });
  expect(postgres['PostgreSQL: statements']).toBeUndefined();
  expect(delivery).toEqual({});
});

(hasProc ? test : test.skip)('system calls of a process are counted', () => {
  const before = processCounts(process.pid);
  const file = openSync('/dev/null', 'r+');
  for (let n = 0; n < 50; n += 1) {
    readSync(file, Buffer.alloc(1));
    writeSync(file, 'x');
  }
  closeSync(file);
  const after = processCounts(process.pid);
  expect(after['read system calls']! - before['read system calls']!).toBeGreaterThanOrEqual(50);
  expect(after['write system calls']! - before['write system calls']!).toBeGreaterThanOrEqual(50);
  expect(after['context switches, voluntary']).toBeGreaterThan(0);
});
