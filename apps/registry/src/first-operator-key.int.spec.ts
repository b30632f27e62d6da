import { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { databaseOptions, hashApiKey, migrate } from '@signet/service-kit';
import type { TestDatabase } from '@signet/testing';
import { fakeClock, testDatabase } from '@signet/testing';
import { ApiKeyCommands, FIRST_OPERATOR_KEY_ID } from './api-key/api-key.commands.ts';
import { ApiKeyQueries } from './api-key/api-key.queries.ts';
import { KeyCache } from './auth/key-cache.ts';
import { Aggregates } from './database/aggregates.ts';
import { FOLDS, PROJECTIONS, registryDatabase } from './database/database.ts';
import { SessionStore } from './session/session.store.ts';

// These tests run without the relay: the first operator key always has the same id, and all tests share one topic for
// keys.
let database: TestDatabase;
let orm: MikroORM;
let keys: KeyCache;
let commands: ApiKeyCommands;
const clock = fakeClock();
beforeAll(async () => {
  database = await testDatabase();
  const options = registryDatabase({ SIGNET_DATABASE_URL: database.url, SIGNET_DATABASE_POOL: 5 });
  orm = await MikroORM.init(databaseOptions(options));
  await migrate(options);
  keys = new KeyCache(orm.em, clock);
  const aggregates = new Aggregates(orm.em, clock, PROJECTIONS, FOLDS, {
    inTransaction: async () => undefined,
    appended: keys.clear,
    published: async () => true,
  });
  commands = new ApiKeyCommands(aggregates, new ApiKeyQueries(orm.em), clock);
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});

const isKnown = async (key: string): Promise<boolean> => {
  await keys.refresh(hashApiKey(key));
  return keys.byHash(hashApiKey(key)) !== undefined;
};
const versionOfFirstKey = async () => (await new ApiKeyQueries(orm.em).find(FIRST_OPERATOR_KEY_ID))?.version;

/** A session that was begun with this value of the first operator key. */
async function signedInWith(key: string) {
  const hash = hashApiKey(`session of ${key}`);
  const [startedAt, expiresAt] = [clock(), new Date(clock().getTime() + 60_000)];
  const session = { hash, keyId: FIRST_OPERATOR_KEY_ID, keyHash: hashApiKey(key), startedAt, expiresAt };
  await new SessionStore(orm.em.fork()).add(session);
  const isKnown = async (): Promise<boolean> => {
    await keys.refreshSession(hash);
    return keys.bySession(hash) !== undefined;
  };
  return { isKnown };
}

test('the first operator key follows its setting, from one start to the next; sessions of its former value are over', async () => {
  await commands.ensureOperatorKey('the key of the first start');
  expect(await isKnown('the key of the first start')).toBe(true);
  await commands.ensureOperatorKey('the key of the first start');
  expect(await versionOfFirstKey()).toBe(1);

  const session = await signedInWith('the key of the first start');
  expect(await session.isKnown()).toBe(true);
  await commands.ensureOperatorKey('the key of another start');
  clock.advance(1_000);
  expect(await session.isKnown()).toBe(false);
  expect(await isKnown('the key of the first start')).toBe(false);
  expect(await isKnown('the key of another start')).toBe(true);
});

test('a setting with a key that was created over HTTP creates no second key', async () => {
  const before = await versionOfFirstKey();
  const { key } = await commands.create({ tenantId: null, name: 'Ann', role: 'operator' }, 'test');
  await commands.ensureOperatorKey(key);
  expect(await versionOfFirstKey()).toBe(before);
  expect(await isKnown(key)).toBe(true);
});
