import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { MikroORM } from '@mikro-orm/postgresql';
import { fakeClock, testDatabase } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import { handle } from '../handle.ts';
import { handleBatch } from '../handle-batch.ts';
import { account, credit } from '../testing/account.decider.ts';
import { allBalances, balances } from '../testing/balances.projection.ts';
import { openOrm } from '../testing/orm.ts';
import { PostgresEventStore } from './postgres-event-store.ts';
import { rebuild } from './rebuild.ts';

let database: TestDatabase;
let orm: MikroORM;
let store: PostgresEventStore;
beforeAll(async () => {
  database = await testDatabase();
  orm = await openOrm(database.url);
  store = new PostgresEventStore({ em: orm.em, clock: fakeClock(), projections: [balances] });
});
beforeEach(() => orm.em.execute('truncate events, balances'));
afterAll(async () => {
  await orm.close();
  await database.drop();
});

const by = { actor: 'ann' };
const rows = async () => (await allBalances(orm.em)).map(({ id, balance, version }) => [id, balance, version]);

test('a rebuild leads to the same rows, whatever rows there were before', async () => {
  const ids = Array.from({ length: 40 }, (_, index) => `account-${index}`);
  // More events than a page.
  for (let round = 0; round < 30; round++) {
    const commands = [credit(round), credit(round + 1)];
    await handleBatch(
      store,
      account,
      ids.map((streamId) => ({ streamId, commands })),
      by,
    );
  }
  const before = await rows();
  expect(before).toHaveLength(40);
  await orm.em.execute("update balances set balance = 1 where id like '%1'");
  await orm.em.execute("insert into balances values ('never was', 1, 1)");
  await rebuild(orm.em, [balances]);
  expect(await rows()).toEqual(before);
});

test('a rebuild waits for appends that run, and appends wait for a rebuild', async () => {
  await handle(store, account, 'a', credit(1), by);
  let rebuilding: Promise<void> | undefined;
  await orm.em.fork().transactional(async () => {
    await handle(store, account, 'a', credit(1), by);
    rebuilding = rebuild(orm.em.fork(), [balances]);
  });
  const during = handle(store, account, 'b', credit(1), by);
  await Promise.all([rebuilding, during]);
  expect(await rows()).toEqual([
    ['a', 2, 2],
    ['b', 1, 1],
  ]);
});
