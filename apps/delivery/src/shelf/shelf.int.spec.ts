import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import { statementsOf } from '@signet/testing';
import pg from 'pg';
import { DispatchFixture } from '../testing/dispatch-fixture.ts';
import { Shelf } from './shelf.ts';

const ROWS = 20_000;
const [failing, hanging, elsewhere] = [newId(), newId(), newId()];
let fixture: DispatchFixture;
let shelf: Shelf;
let database: pg.Client;

beforeAll(async () => {
  fixture = await DispatchFixture.create();
  shelf = new Shelf(fixture.database);
  database = new pg.Client({ connectionString: fixture.databaseUrl });
  await database.connect();
  await database.query('set search_path = delivery, public');
  await database.query(
    `insert into shelved_requests (partition, webhook_id, count, requests)
      select case when n % 3 = 2 then 5 else 1 end, (array[$1, $2, $3]::uuid[])[n % 3 + 1], 10, ''
      from generate_series(0, $4 - 1) n`,
    [failing, hanging, elsewhere, ROWS],
  );
  await database.query('vacuum analyze shelved_requests');
});
afterAll(async () => {
  await database?.end();
  await fixture?.close();
});

test('the oldest row of each webhook of the partitions is found, the oldest of all first', async () => {
  expect(await shelf.oldest([1, 2])).toEqual([
    { id: '1', partition: 1, webhookId: failing },
    { id: '2', partition: 1, webhookId: hanging },
  ]);
  expect((await shelf.oldest([5, 1])).map(({ webhookId }) => webhookId)).toEqual([failing, hanging, elsewhere]);
  expect(await shelf.oldest([2])).toEqual([]);
});

test('however many rows there are, it takes an index probe for each webhook', async () => {
  const [statement] = await statementsOf(() => shelf.oldest([1, 5]));
  const { rows } = await database.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
    `explain (analyze, buffers, format json) ${statement!.text}`,
    [...statement!.values],
  );
  const plan = rows[0]!['QUERY PLAN'][0].Plan;
  expect(plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!).toBeLessThan(50);
});
