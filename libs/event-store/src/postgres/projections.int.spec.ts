import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { fakeClock, testDatabase } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import { handle } from '../handle.ts';
import { handleBatch } from '../handle-batch.ts';
import { account, credit, credited, debit } from '../testing/account.decider.ts';
import { allBalances, balances } from '../testing/balances.projection.ts';
import { openOrm } from '../testing/orm.ts';
import { PostgresEventStore } from './postgres-event-store.ts';

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
/** Outside any surrounding transaction: a fork does not look for one. */
const storeOutside = () => new PostgresEventStore({ em: orm.em.fork(), clock: fakeClock(), projections: [balances] });
const rows = async () => (await allBalances(orm.em)).map(({ id, balance, version }) => [id, balance, version]);

test('a projection is committed with the events', async () => {
  await handle(store, account, 'a', credit(10), by);
  await handle(store, account, 'a', debit(3), by);
  expect(await rows()).toEqual([['a', 7, 2]]);
});

test('events are rolled back with a projection that fails, and the error is its own', async () => {
  await handle(store, account, 'a', credit(10), by);
  // The table takes no balance over 1000: a constraint of the read model, found when MikroORM flushes.
  await expect(handle(store, account, 'a', credit(2000), by)).rejects.toThrow('balances_balance_check');
  expect((await store.read('a')).version).toBe(1);
  expect(await rows()).toEqual([['a', 10, 1]]);
});

test('a duplicate in a read model is no version conflict', async () => {
  const alongside = async (em: EntityManager): Promise<void> => {
    await em.execute("insert into balances values ('a', 1, 1), ('a', 1, 1)");
  };
  const append = store.append('b', [credited(1)], { ...by, expectedVersion: 0, alongside });
  await expect(append).rejects.toThrow('balances_pkey');
  expect((await store.read('b')).version).toBe(0);
});

test('a batch projects the events of all its streams, also into a read model that has some of them', async () => {
  await handle(store, account, 'b', credit(1), by);
  const entries = ['c', 'b', 'a'].map((streamId) => ({ streamId, commands: [credit(5), debit(1)] }));
  await handleBatch(store, account, entries, by);
  expect(await rows()).toEqual([
    ['a', 4, 2],
    ['b', 5, 3],
    ['c', 4, 2],
  ]);
});

test('work alongside is committed or rolled back with the append', async () => {
  const note = async (em: EntityManager): Promise<void> => {
    await em.execute("insert into balances values ('note', 1, 1)");
  };
  await store.append('a', [credited(1)], { ...by, expectedVersion: 0, alongside: note });
  expect(await rows()).toEqual([
    ['a', 1, 1],
    ['note', 1, 1],
  ]);
  const failing = async (em: EntityManager): Promise<void> => {
    await em.execute('update balances set balance = 0');
    throw new Error('something else failed');
  };
  const append = store.append('a', [credited(1)], { ...by, expectedVersion: 1, alongside: failing });
  await expect(append).rejects.toThrow('something else failed');
  expect(await rows()).toEqual([
    ['a', 1, 1],
    ['note', 1, 1],
  ]);
});

test('the transaction of the caller is joined, and rolls everything back with it', async () => {
  const work = orm.em.fork().transactional(async (em) => {
    const within = new PostgresEventStore({ em, clock: fakeClock(), projections: [balances] });
    // The store of the application finds the transaction by its context, another one by its entity manager.
    await handle(store, account, 'a', credit(10), by);
    expect(await handle(within, account, 'a', debit(1), by)).toMatchObject({ version: 2, state: { balance: 9 } });
    expect(await rows()).toEqual([]);
    throw new Error('the caller thinks better of it');
  });
  await expect(work).rejects.toThrow('thinks better');
  expect((await store.read('a')).version).toBe(0);
  expect(await rows()).toEqual([]);
});

test('a conflict within the transaction of the caller is decided again, and what came before it stays', async () => {
  await handle(store, account, 'a', credit(1), by);
  await orm.em.fork().transactional(async (em) => {
    await em.execute("insert into balances values ('before', 1, 1)");
    const within = new PostgresEventStore({ em, clock: fakeClock(), projections: [balances] });
    let decisions = 0;
    const interrupted: typeof account = {
      ...account,
      decide: (command, state) => (decisions++, account.decide(command, state)),
    };
    const fold = within.fold.bind(within);
    within.fold = async (...args: Parameters<typeof fold>) => {
      const folded = await fold(...args);
      if (decisions === 0) await handle(storeOutside(), account, 'a', credit(1), by);
      return folded as never;
    };
    await handle(within, interrupted, 'a', credit(1), by);
    expect(decisions).toBe(2);
  });
  expect(await rows()).toEqual([
    ['a', 3, 3],
    ['before', 1, 1],
  ]);
});

test('a transaction that began earlier does not put its event before an earlier event of the stream', async () => {
  await orm.em.fork().transactional(async (em) => {
    // This transaction gets its id here, before the one that writes version 1.
    await em.execute('select pg_current_xact_id()');
    await handle(storeOutside(), account, 'a', credit(1), by);
    const within = new PostgresEventStore({ em, clock: fakeClock(), projections: [] });
    await handle(within, account, 'a', credit(1), by);
  });
  const log = await orm.em.execute<{ version: number }[]>('select version from events order by tx, position');
  expect(log.map(({ version }) => version)).toEqual([1, 2]);
});
