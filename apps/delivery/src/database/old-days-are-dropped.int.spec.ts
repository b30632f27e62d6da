import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import pg from 'pg';
import { deliveredRow, StoredDeliveries } from '../testing/stored-deliveries.ts';
import { DayPartitions } from './day-partitions.ts';
import { partitionName } from './partition-names.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const RETENTION_MS = 90 * DAY_MS;
const ago = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
const dayAgo = (days: number): string => ago(days).slice(0, 10);
const EXPIRED = [dayAgo(95), dayAgo(94), dayAgo(93)];

let stored: StoredDeliveries;
let partitions: DayPartitions;
let clients: pg.Client[];
beforeEach(async () => {
  clients = [];
  stored = await StoredDeliveries.create();
  partitions = replica();
  await stored.add(
    [95, 94, 93, 89, 1, 0].flatMap((days) => [
      deliveredRow({ createdAt: ago(days) }),
      deliveredRow({ createdAt: ago(days), status: 'FAILED', errorMessage: 'It failed.' }),
    ]),
  );
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await stored.close();
});

const replica = (): DayPartitions => new DayPartitions(stored.database, systemClock, RETENTION_MS, stored.session);
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stored.url });
  // One is ended by the server.
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  await client.query('set search_path = delivery');
  return client;
}
const values = async (client: pg.Client, query: string): Promise<unknown[]> =>
  (await client.query<{ value: unknown }>(query)).rows.map(({ value }) => value);

/** The partitions and rows that are left of days past the retention. */
async function left(): Promise<unknown[]> {
  const client = await connect();
  const names = EXPIRED.flatMap((day) => [partitionName('deliveries', day), partitionName('delivery_log', day)]);
  return [
    ...(await values(client, `select relname as value from pg_class where relname in ('${names.join("','")}')`)),
    ...(await values(client, `select day::text as value from delivery_days where day <= '${EXPIRED[2]}'`)),
    ...(await values(client, `select day::text as value from due_deliveries where day <= '${EXPIRED[2]}'`)),
  ];
}

test('days past the retention go; other days are read and written meanwhile', async () => {
  let isOver = false;
  const reading = (async () => {
    const counts = new Set<number>();
    while (!isOver)
      counts.add((await stored.reader.list({ tenantId: null, createdBefore: ago(0.5) }, null, 100)).length);
    return [...counts];
  })();
  const writing = (async () => {
    let count = 0;
    for (; !isOver; count++) await stored.add([deliveredRow({ createdAt: ago(0) })]);
    return count;
  })();
  expect(await partitions.dropExpired()).toEqual({ dropped: [...EXPIRED].sort(), kept: [] });
  isOver = true;
  // Six of old days and four of others, and at some time fewer of the old ones.
  for (const count of await reading) expect([10, 8, 6, 4]).toContain(count);
  const written = await writing;
  expect(await left()).toEqual([]);
  expect(await stored.reader.list({ tenantId: null }, null, 10_000)).toHaveLength(6 + written);
  expect(await partitions.dropExpired()).toEqual({ dropped: [], kept: [] });
});

/** A transaction that has read the oldest day, and has not ended. */
async function reader(): Promise<pg.Client> {
  const client = await connect();
  await client.query('begin');
  await client.query(`select from deliveries where day = '${EXPIRED[0]}'`);
  return client;
}

/** Resolves to the process id of the session that waits to detach a partition, once there is one. */
const whoDetaches = (client: pg.Client): Promise<number> =>
  waitFor(
    async () =>
      (
        await client.query<{ pid: number }>(
          `select pid from pg_stat_activity where query like 'alter table%detach%' and wait_event_type = 'Lock'`,
        )
      ).rows[0]?.pid,
    { what: 'a partition to wait for its readers' },
  );

test('dropping a day waits for its readers, and no other statement waits for either', async () => {
  const late = await reader();
  const dropping = partitions.dropExpired();
  await whoDetaches(await connect());
  await stored.add([deliveredRow({ createdAt: ago(0) }), deliveredRow({ createdAt: ago(40) })]);
  const listed = await stored.reader.list({ tenantId: null, createdAfter: ago(89.5) }, null, 100);
  expect(listed).toHaveLength(8);
  await late.query('commit');
  expect(await dropping).toEqual({ dropped: [...EXPIRED].sort(), kept: [] });
  expect(await left()).toEqual([]);
});

test('a replica that dies while it waits for a reader leaves a partition that another one drops, and all others', async () => {
  const late = await reader();
  const other = await connect();
  const dropping = partitions.dropExpired().catch((error: unknown) => error);
  const pid = await whoDetaches(other);
  await other.query('select pg_terminate_backend($1)', [pid]);
  expect(await dropping).toBeInstanceOf(Error);
  await late.query('commit');
  expect(await values(other, 'select count(*)::int as value from pg_inherits where inhdetachpending')).toEqual([1]);
  expect(await replica().dropExpired()).toEqual({ dropped: [...EXPIRED].sort(), kept: [] });
  expect(await left()).toEqual([]);
});

test('a partition that was detached, and not dropped any more, is dropped the next time', async () => {
  const client = await connect();
  await client.query(`alter table delivery_log detach partition ${partitionName('delivery_log', EXPIRED[0]!)}`);
  expect(await partitions.dropExpired()).toEqual({ dropped: [...EXPIRED].sort(), kept: [] });
  expect(await left()).toEqual([]);
});

test('when several replicas drop at once, one drops each day and none fails', async () => {
  const dropped = await Promise.all([replica(), replica(), replica()].map((one) => one.dropExpired()));
  expect(dropped.flatMap((one) => one.dropped).sort()).toEqual([...EXPIRED].sort());
  expect(await left()).toEqual([]);
});

test('a delivery of a day that another replica has dropped still finds room', async () => {
  const [here] = [replica()];
  const row = deliveredRow({ createdAt: ago(0), day: EXPIRED[0]!, kind: 'replay' });
  await here.ensure([row]);
  await replica().dropExpired();
  await here.dropExpired();
  await here.ensure([row]);
  expect(
    await values(await connect(), `select count(*)::int as value from delivery_days where day = '${row.day}'`),
  ).toEqual([1]);
  const client = await connect();
  await client.query(
    `insert into deliveries (id, day, tenant_id, webhook_id, partition, event_type, event_id, kind, status, attempt_count,
      max_attempts, created_at, updated_at, version)
     values ('${row.id}', '${row.day}', 'tenant-1', '${row.webhookId}', 0, 'sale.created', '${row.eventId}', 'replay',
      'SUCCESS', 1, 5, now(), now(), 1)`,
  );
});
