import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MikroORM } from '@mikro-orm/postgresql';
import type { TestDatabase } from '@signet/testing';
import { testDatabase } from '@signet/testing';
import { CompiledQuery } from 'kysely';
import type { DatabaseConnection } from 'kysely';
import pg from 'pg';
import { databaseOptions } from '../database-options.ts';

// With kysely 0.29.6, which MikroORM 7.2 asks for, each cut filled one place of the pool for ever (kysely-org/kysely#1990).

const POOL_SIZE = 2;
const BACKEND = 'select pg_backend_pid() as pid';

let database: TestDatabase;
let operator: pg.Client;
let orm: MikroORM;
/** Whether the server ends a connection after the pool has handed it out, before its first statement. */
let isCutAtOnce = false;

/** Ends the connection of a backend, as a restart of the server or a failover does. */
const cut = (pid: number): Promise<unknown> => operator.query('select pg_terminate_backend($1, 10000)', [pid]);

beforeAll(async () => {
  database = await testDatabase();
  operator = new pg.Client({ connectionString: database.url });
  await operator.connect();
  await operator.query('create schema pooled');
  const options = { url: database.url, schema: 'pooled', entities: [], migrations: [], poolSize: POOL_SIZE };
  orm = await MikroORM.init({
    ...databaseOptions(options),
    onReserveConnection: async (connection) => {
      if (!isCutAtOnce) return;
      const { rows } = await (connection as DatabaseConnection).executeQuery<{ pid: number }>(
        CompiledQuery.raw(BACKEND),
      );
      await cut(rows[0]!.pid);
    },
  });
});
afterAll(async () => {
  await operator.end();
  await database.drop();
});

async function cutInTransaction(statement?: string): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    const [backend] = await em.execute<{ pid: number }[]>(BACKEND);
    await cut(backend!.pid);
    if (statement) await em.execute(statement);
  });
}
async function cutAtBegin(): Promise<void> {
  isCutAtOnce = true;
  try {
    await orm.em.fork().transactional(() => Promise.resolve());
  } finally {
    isCutAtOnce = false;
  }
}

test.each([
  ['begin', cutAtBegin],
  ['a statement', () => cutInTransaction('select 1')],
  ['commit', cutInTransaction],
])(
  'a connection that is cut at %s of a transaction leaves the pool, and another takes its place',
  async (_at, cutIt) => {
    for (let lost = 0; lost <= POOL_SIZE; lost += 1) await expect(cutIt()).rejects.toThrow();
    const answers = Array.from({ length: POOL_SIZE }, () => orm.em.fork().execute('select 1 as one'));
    expect(await Promise.all(answers)).toEqual([[{ one: 1 }], [{ one: 1 }]]);
  },
);

test('a pool that has lost connections in transactions can be closed', async () => {
  await expect(cutInTransaction('select 1')).rejects.toThrow();
  await orm.close();
});
