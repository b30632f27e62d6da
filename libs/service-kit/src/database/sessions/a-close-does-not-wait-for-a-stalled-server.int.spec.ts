import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { MikroORM } from '@mikro-orm/postgresql';
import { Gate, testDatabase } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import { sql } from 'kysely';
import { withClient } from '../connect.ts';
import { databaseOptions } from '../database-options.ts';
import type { DatabaseOptions } from '../database-options.ts';
import { longSession } from './long-session.ts';
import { DEFAULT_LIMITS } from './session-limits.ts';

/** A close that waits for the other end takes until the test ends: jest waits for three minutes. */
const BOUND_MS = 30_000;

let database: TestDatabase;
let gate: Gate;
let options: DatabaseOptions;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  gate = await Gate.to(database.url);
  options = { url: gate.url, schema: 'shown', entities: [], migrations: [] };
});
afterEach(() => gate.close());
afterAll(() => database.drop());

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

test('the pool of a service, on connections that stand still', async () => {
  const orm = await MikroORM.init(databaseOptions(options));
  await Promise.all([1, 2, 3].map(() => orm.em.fork().execute('select pg_sleep(0.05)')));
  expect(gate.connections).toBe(3);
  gate.freeze();
  expect(await timed(() => orm.close())).toBeLessThan(BOUND_MS);
});

test('a client of its own', async () => {
  const work = withClient(options, async (client) => {
    await client.query('select 1');
    gate.freeze();
  });
  expect(await timed(() => work)).toBeLessThan(BOUND_MS);
});

test('a long job', async () => {
  const work = longSession(options)(async (session) => {
    await sql`select 1`.execute(session);
    gate.freeze();
  });
  expect(await timed(() => work)).toBeLessThan(BOUND_MS);
});

test('a statement without an answer ends, and the pool goes on with a new connection', async () => {
  // The client waits for an answer 5 s longer than PostgreSQL's own limit for a statement.
  const orm = await MikroORM.init(databaseOptions({ ...options, limits: { ...DEFAULT_LIMITS, statementMs: 1_000 } }));
  await orm.em.fork().execute('select 1');
  gate.forget();
  await expect(orm.em.fork().execute('select 1')).rejects.toThrow('Query read timeout');
  await expect(orm.em.fork().execute('select 1 as one')).resolves.toEqual([{ one: 1 }]);
  expect(await timed(() => orm.close())).toBeLessThan(BOUND_MS);
});
