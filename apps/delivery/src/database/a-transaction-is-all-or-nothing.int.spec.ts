import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { StoredDeliveries } from '../testing/stored-deliveries.ts';
import type { Queries } from './database.port.ts';

let stored: StoredDeliveries;
beforeAll(async () => {
  stored = await StoredDeliveries.create();
});
afterAll(() => stored?.close());
beforeEach(async () => void (await stored.database.query.deleteFrom('answered_hosts').execute()));

const add = ({ query }: Queries, host: string): Promise<unknown> =>
  query.insertInto('answered_hosts').values({ host, tenants: [], answered_at: new Date() }).execute();
const hosts = async ({ query }: Queries): Promise<string[]> =>
  (await query.selectFrom('answered_hosts').select('host').orderBy('host').execute()).map(({ host }) => host);

test('statements of a transaction are seen by others when it has ended', async () => {
  await stored.database.transaction(async (transaction) => {
    await add(transaction, 'one');
    expect(await hosts(transaction)).toEqual(['one']);
    expect(await hosts(stored.database)).toEqual([]);
    await add(transaction, 'two');
  });
  expect(await hosts(stored.database)).toEqual(['one', 'two']);
});

test('a transaction whose work fails leaves nothing, and rejects with the reason', async () => {
  const failing = stored.database.transaction(async (transaction) => {
    await add(transaction, 'one');
    throw new Error('the second step');
  });
  await expect(failing).rejects.toThrow('the second step');
  expect(await hosts(stored.database)).toEqual([]);
});

test('a statement beside a transaction stays when the transaction is rolled back', async () => {
  const failing = stored.database.transaction(async (transaction) => {
    await add(transaction, 'inside');
    await add(stored.database, 'beside');
    throw new Error('the second step');
  });
  await expect(failing).rejects.toThrow();
  expect(await hosts(stored.database)).toEqual(['beside']);
});

test('a library writes in the same transaction through its EntityManager', async () => {
  const failing = stored.database.transaction(async ({ em }) => {
    await em.execute(`insert into answered_hosts values ('of a library', '{}', now())`);
    throw new Error('the second step');
  });
  await expect(failing).rejects.toThrow();
  expect(await hosts(stored.database)).toEqual([]);
});
