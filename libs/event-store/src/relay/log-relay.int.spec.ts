import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { MikroORM } from '@mikro-orm/postgresql';
import { fakeClock, testDatabase, waitFor } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import type { LogSession } from '../testing/log-session.ts';
import { logSession } from '../testing/log-session.ts';
import { openOrm } from '../testing/orm.ts';
import { relayUnderTest } from '../testing/relay-under-test.ts';
import type { LogRelay } from './log-relay.ts';

let database: TestDatabase;
let orm: MikroORM;
let log: LogSession;
let other: LogSession;
const relays: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await testDatabase();
  orm = await openOrm(database.url);
  [log, other] = await Promise.all([logSession(database.url), logSession(database.url)]);
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  // A test that failed may have left its transaction open.
  await other.query('rollback');
  await log.query('truncate events, relay_positions');
});
afterAll(async () => {
  await Promise.all([log.close(), other.close(), orm.close()]);
  await database.drop();
});

type Options = Parameters<typeof relayUnderTest>[2];
function start(name: string, options?: Options) {
  const started = relayUnderTest(database.url, name, options);
  relays.push(started.relay);
  started.relay.start();
  return started;
}
const role = (relay: LogRelay<never>, wanted: LogRelay['role']) =>
  waitFor(() => relay.role === wanted, { what: `the relay to be ${wanted}` });
const until = (published: readonly string[], count: number) =>
  waitFor(() => published.length >= count, { what: `${count} rows to be published, not ${published.length}` });

test('the log is published in order, and from where it stopped after a restart', async () => {
  const { relay, published } = start('r', { batchSize: 2 });
  for (const name of ['a', 'b', 'c', 'd', 'e']) await log.add(name);
  await until(published, 5);
  await relay.stop();
  expect(relay.role).toBe('stopped');
  await log.add('f');
  const restarted = start('r');
  await until(restarted.published, 1);
  expect([...published, ...restarted.published]).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('a relay of another name publishes the log for itself', async () => {
  await log.add('a');
  const [one, two] = [start('one'), start('two')];
  await Promise.all([until(one.published, 1), until(two.published, 1)]);
});

test('a transaction that commits late is never skipped', async () => {
  const { relay, published } = start('r');
  await role(relay, 'publishing');
  await other.query('begin');
  await other.add('late, with the lower position');
  await log.add('early');
  await log.add('later');
  // Other transactions begin and end meanwhile; no row of a later transaction may overtake the open one.
  const since = await log.now();
  await waitFor(() => log.hasLookedSince('r', since), { what: 'the relay to look once more' });
  expect(published).toEqual([]);
  await other.query('commit');
  await until(published, 3);
  expect(published).toEqual(['late, with the lower position', 'early', 'later']);
});

test('a transaction that is rolled back holds nothing up', async () => {
  const { published } = start('r');
  await other.query('begin');
  await other.add('never was');
  await log.add('a');
  await other.query('rollback');
  await until(published, 1);
  expect(published).toEqual(['a']);
});

test('a transaction elsewhere that stays open shows as lag', async () => {
  const clock = fakeClock();
  const { relay, published } = start('r', { clock });
  await log.add('before', clock());
  await until(published, 1);
  await waitFor(async () => (await relay.lag()).rows === 0, { what: 'the relay to be done' });
  expect(await relay.lag()).toEqual({ seconds: 0, rows: 0 });
  await other.query('begin');
  await other.query('select pg_current_xact_id()');
  await log.add('held back', clock());
  await log.add('as well', clock());
  clock.advance(90_000);
  expect(await relay.lag()).toEqual({ seconds: 90, rows: 2 });
  await other.query('commit');
  await until(published, 3);
  await waitFor(async () => (await relay.lag()).rows === 0, { what: 'no lag' });
});

test('the lag of a log without times is the time since everything was published', async () => {
  const clock = fakeClock();
  const { relay, told } = start('r', {
    clock,
    timeColumn: undefined,
    publish: () => Promise.reject(new Error('Kafka is away')),
  });
  await log.add('a');
  await waitFor(() => told.some(({ level }) => level === 'error'), { what: 'a failure' });
  clock.advance(5_000);
  expect(await relay.lag()).toEqual({ seconds: 5, rows: 1 });
});

test('a wake-up is enough, however long the poll', async () => {
  const { relay, published } = start('r', { pollIntervalMs: 3_600_000 });
  await role(relay, 'publishing');
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    await log.add(name);
    relay.wake();
    await until(published, index + 1);
  }
});

test('so is a wake-up of a replica that does not publish', async () => {
  const { relay, published } = start('r', { pollIntervalMs: 3_600_000 });
  await role(relay, 'publishing');
  const { relay: waiting } = start('r', { pollIntervalMs: 3_600_000 });
  await role(waiting, 'waiting');
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    await log.add(name);
    waiting.wake();
    await until(published, index + 1);
  }
});

test('an idle log is looked at now and then, for a wake-up that was lost', async () => {
  const { relay, published } = start('r', { pollIntervalMs: 20 });
  await role(relay, 'publishing');
  await log.add('a');
  await until(published, 1);
});

test('a batch that was published before a crash, but whose position was not stored, is published again', async () => {
  const published: string[] = [];
  let crashed = false;
  start('r', {
    publish: async (rows) => {
      published.push(...rows.map((row) => row.stream_id));
      if (published.includes('b') && !crashed) {
        crashed = true;
        await log.killRelay('r');
      }
    },
  });
  await log.add('a');
  await until(published, 1);
  await log.add('b');
  await until(published, 3);
  expect(published).toEqual(['a', 'b', 'b']);
});

test('one replica publishes; another takes over when its process dies, and the publishing of the first is aborted', async () => {
  let lost: AbortSignal | undefined;
  const first = start('r', {
    publish: (_rows, { signal }) => {
      lost = signal;
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  await role(first.relay, 'publishing');
  const second = start('r');
  await role(second.relay, 'waiting');
  await log.add('a');
  await waitFor(() => lost, { what: 'the first to publish' });
  expect(second.published).toEqual([]);
  // The first relay does not take the lock again: it is stopping, and hangs in `publish` until its connection is gone.
  const stopping = first.relay.stop();
  await log.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
     and database = (select oid from pg_database where datname = current_database())`,
  );
  await stopping;
  expect(lost?.aborted).toBe(true);
  await until(second.published, 1);
  expect(second.published).toEqual(['a']);
});

test('a replica takes over when the other one stops', async () => {
  const first = start('r');
  await role(first.relay, 'publishing');
  const second = start('r');
  await role(second.relay, 'waiting');
  await first.relay.stop();
  await role(second.relay, 'publishing');
});

test('a replica that may not publish leaves the lock to another one, and reports how many rows wait', async () => {
  let mayPublish = false;
  const first = start('r', { mayPublish: () => mayPublish });
  await role(first.relay, 'waiting');
  await log.add('a');
  await waitFor(async () => (await first.relay.lag()).rows === 1, { what: 'the lag' });
  const second = start('r');
  await until(second.published, 1);
  expect([first.relay.role, first.published]).toEqual(['waiting', []]);
  await second.relay.stop();
  mayPublish = true;
  await log.add('b');
  await until(first.published, 1);
  expect([...second.published, ...first.published]).toEqual(['a', 'b']);
});

test('a replica that may not publish connects anew when its connection is gone', async () => {
  const { relay, told } = start('r', { mayPublish: () => false });
  await role(relay, 'waiting');
  await log.killRelay('r');
  await waitFor(() => told.some(({ level }) => level === 'warn'), { what: 'the relay to miss its database' });
  await waitFor(async () => (await relay.lag()).rows === 0, { what: 'the relay to have its database again' });
});

test('after a failure the batch is published again until it succeeds, and no later row overtakes it', async () => {
  const published: string[] = [];
  let failures = 0;
  const { told } = start('r', {
    batchSize: 1,
    publish: async ([row]) => {
      if (row?.stream_id === 'b' && failures++ < 3) throw new Error('Kafka is away');
      published.push(row!.stream_id);
    },
  });
  for (const name of ['a', 'b', 'c']) await log.add(name);
  await until(published, 3);
  expect(published).toEqual(['a', 'b', 'c']);
  expect(told.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual(
    Array(3).fill('The relay could not publish; it tries again.'),
  );
});

test('the relay tries again to reach a database that is away, and reports no number of rows meanwhile', async () => {
  const { relay, told } = relayUnderTest('postgres://unknown@127.0.0.1:1/nothing', 'r');
  relays.push(relay);
  relay.start();
  await waitFor(() => told.filter(({ level }) => level === 'warn').length >= 2, { what: 'two tries' });
  expect((await relay.lag()).rows).toBeUndefined();
});

test('the relay refuses to run on a database that was restored from a dump, and says why', async () => {
  await log.query("insert into relay_positions values ('r', '99999999', 1, now())");
  const { told, published } = start('r');
  await log.add('a');
  await waitFor(() => told.find(({ level }) => level === 'warn'), { what: 'a warning' });
  expect(String((told[0]?.fields as { err?: unknown }).err)).toContain('restored from a dump');
  expect(published).toEqual([]);
});

test('a table or column that is no plain name is refused', () => {
  for (const odd of [
    { table: 'events; drop table events' },
    { table: 'a.b.c' },
    { columns: ['data"'] },
    { batchSize: 0 },
  ]) {
    expect(() => relayUnderTest(database.url, 'r', odd)).toThrow();
  }
});
