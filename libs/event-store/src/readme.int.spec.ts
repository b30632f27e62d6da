import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import { fakeClock, testDatabase, waitFor } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import type { LogPosition } from './index.ts';
import { handle, LogRelay, PostgresEventStore, rebuild } from './index.ts';
import { account, credit, debit } from './testing/account.decider.ts';
import { allBalances, balances } from './testing/balances.projection.ts';
import { logSession } from './testing/log-session.ts';
import { openOrm } from './testing/orm.ts';
import { relayUnderTest } from './testing/relay-under-test.ts';

let database: TestDatabase;
let orm: MikroORM;
let readme: string;
beforeAll(async () => {
  database = await testDatabase();
  orm = await openOrm(database.url);
  readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});

test('the example of the README runs', async () => {
  const sent: string[] = [];
  const send = async (streamIds: readonly string[]): Promise<void> => void sent.push(...streamIds);
  const em = orm.em;
  const clock = fakeClock();
  const databaseUrl = database.url;
  const logger = { info() {}, warn() {}, error() {} };

  // README begins
  const store = new PostgresEventStore({ em, clock, projections: [balances] });
  await handle(store, account, 'account:1', credit(10), { actor: 'ann' });
  const { state, version } = await handle(store, account, 'account:1', debit(3), { actor: 'ann', expectedVersion: 1 });

  const relay = new LogRelay<LogPosition & { stream_id: string; type: string }>({
    connection: { connectionString: databaseUrl },
    name: 'accounts',
    table: 'events',
    columns: ['stream_id', 'type'],
    timeColumn: 'recorded_at',
    publish: (rows) => send(rows.map((row) => row.stream_id)),
    clock,
    logger,
  });
  relay.start();
  relay.wake(); // after each commit, on any replica; without it the relay looks every second

  await rebuild(em, [balances]);
  // README ends

  expect({ state, version }).toEqual({ state: { balance: 7 }, version: 2 });
  await waitFor(() => sent.length === 2, { what: 'both events' });
  await relay.stop();
  expect(await allBalances(em)).toMatchObject([{ id: 'account:1', balance: 7 }]);

  const source = await readFile(new URL(import.meta.url), 'utf8');
  const [, example] = /\/\/ README begins\n([^]*?)\n *\/\/ README ends/.exec(source) ?? [];
  expect(readme).toContain(example?.replace(/^ {2}/gm, ''));
});

test('after a restore, the statements of the README let the relay go on where it was', async () => {
  const log = await logSession(database.url);
  await log.query('truncate events, relay_positions');
  const [restored] = [/```sql\n([^]*?)```/.exec(readme)?.[1]];
  // The old server was far ahead, and had published two of four events.
  for (const name of ['a', 'b', 'c', 'd']) await log.add(name);
  await log.query('update events set tx = (90000000 + ascii(stream_id))::text::xid8');
  await log.query(
    "insert into relay_positions select 'accounts', tx, position, now() from events where stream_id = 'b'",
  );
  for (const statement of restored!.split(';')) await log.query(statement);
  await log.add('e');
  const { relay, published } = relayUnderTest(database.url, 'accounts');
  relay.start();
  await waitFor(() => published.length >= 3, { what: 'the rest' });
  await relay.stop();
  expect(published).toEqual(['c', 'd', 'e']);
  await log.close();
});
