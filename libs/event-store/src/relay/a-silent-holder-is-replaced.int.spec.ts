import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { MikroORM } from '@mikro-orm/postgresql';
import { Gate, testDatabase, waitFor } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import type { LogSession } from '../testing/log-session.ts';
import { logSession } from '../testing/log-session.ts';
import { openOrm } from '../testing/orm.ts';
import { relayUnderTest } from '../testing/relay-under-test.ts';
import type { LogRelay } from './log-relay.ts';

const LEASE_MS = 3_000;

let database: TestDatabase;
let orm: MikroORM;
let log: LogSession;
/** A gate between one of the replicas and PostgreSQL. */
let gate: Gate;
const relays: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await testDatabase();
  orm = await openOrm(database.url);
  log = await logSession(database.url);
});
beforeEach(async () => {
  gate = await Gate.to(database.url);
});
afterEach(async () => {
  gate.thaw();
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await gate.close();
  await log.query('truncate events, relay_positions');
});
afterAll(async () => {
  await Promise.all([log.close(), orm.close()]);
  await database.drop();
});

type Options = NonNullable<Parameters<typeof relayUnderTest>[2]>;
function start(url: string, options: Options = {}) {
  const started = relayUnderTest(url, 'r', { lockLeaseMs: LEASE_MS, ...options });
  relays.push(started.relay);
  started.relay.start();
  return started;
}
const role = (relay: LogRelay<never>, wanted: LogRelay['role']) =>
  waitFor(() => relay.role === wanted, { what: `the relay to be ${wanted}` });
const until = (published: readonly string[], count: number) =>
  waitFor(() => published.length >= count, { what: `${count} rows to be published, not ${published.length}` });
const stopped = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

test('a holder whose connection stands still is replaced, though the connection stays open', async () => {
  const first = start(gate.url);
  await role(first.relay, 'publishing');
  const second = start(database.url);
  await role(second.relay, 'waiting');
  gate.freeze();
  await log.add('a');
  await until(second.published, 1);
  expect(first.published).toEqual([]);
});

test('a holder that publishes for long keeps its lock', async () => {
  // The holder gives up after two thirds of it without an answer, and a busy machine may stop this process for seconds.
  const lockLeaseMs = 9_000;
  let finish = (): void => undefined;
  let isLost: (() => boolean) | undefined;
  const first = start(gate.url, {
    lockLeaseMs,
    publish: (_rows, { signal }) => {
      isLost = () => signal.aborted;
      return Promise.race([new Promise<void>((resolve) => (finish = resolve)), stopped(signal)]);
    },
  });
  await role(first.relay, 'publishing');
  const second = start(database.url, { lockLeaseMs });
  await role(second.relay, 'waiting');
  await log.add('a');
  await waitFor(() => isLost, { what: 'the first to publish' });
  const proof = `select from pg_stat_activity where application_name = 'signet relay r' and query = 'select'
    and query_start > $1::timestamptz + $2::integer * interval '1 millisecond'`;
  const since = await log.now();
  const later = lockLeaseMs + 1_000;
  await waitFor(async () => isLost?.() || (await log.query(proof, [since, later])).length > 0, {
    what: 'a proof that is later than a lease',
  });
  expect(isLost?.()).toBe(false);
  expect(second.published).toEqual([]);
  finish();
  await waitFor(async () => (await first.relay.lag()).rows === 0, { what: 'the position to be stored' });
});

test('a holder that stands still while it publishes learns that the lock is lost before another replica publishes', async () => {
  let lost: AbortSignal | undefined;
  const first = start(gate.url, {
    publish: async (_rows, { signal }) => {
      lost = signal;
      await stopped(signal);
    },
  });
  await role(first.relay, 'publishing');
  const toldBefore: (boolean | undefined)[] = [];
  const second = start(database.url, { publish: async () => void toldBefore.push(lost?.aborted) });
  await role(second.relay, 'waiting');
  await log.add('a');
  await waitFor(() => lost, { what: 'the first to publish' });
  gate.freeze();
  await waitFor(() => toldBefore.length > 0, { what: 'the second to publish' });
  expect(toldBefore).toEqual([true]);
});

test('a relay whose connection is dropped silently by the network connects anew by itself', async () => {
  const { relay, published } = start(gate.url, { connection: { connectionString: gate.url, query_timeout: 2_000 } });
  await role(relay, 'publishing');
  gate.forget();
  await log.add('a');
  await until(published, 1);
});

test('a relay with a connection that stands still can be stopped', async () => {
  const { relay } = start(gate.url, { connection: { connectionString: gate.url, query_timeout: 2_000 } });
  await role(relay, 'publishing');
  gate.freeze();
  expect(gate.connections).toBeGreaterThan(0);
  await relay.stop();
  expect(relay.role).toBe('stopped');
});
