import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import pg from 'pg';
import { DeliveryCommands } from '../delivery/http/delivery.commands.ts';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { deliveredRow, StoredDeliveries } from '../testing/stored-deliveries.ts';
import { DayPartitions } from './day-partitions.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const OLD = new Date(Date.now() - 95 * DAY_MS).toISOString();
const DAY = OLD.slice(0, 10);
const SUFFIX = DAY.replaceAll('-', '');

let stored: StoredDeliveries;
let partitions: DayPartitions;
let other: pg.Client;
beforeEach(async () => {
  stored = await StoredDeliveries.create();
  partitions = replica();
  other = new pg.Client({ connectionString: stored.url });
  await other.connect();
  await other.query('set search_path = delivery');
});
afterEach(async () => {
  await other.end();
  await stored.close();
});

const replica = (): DayPartitions => new DayPartitions(stored.database, systemClock, 90 * DAY_MS, stored.session);
const KEPT = { dropped: [], kept: [DAY] };
const DROPPED = { dropped: [DAY], kept: [] };

/** With its log. */
async function add(fields: Partial<DeliveryRow> = {}): Promise<DeliveryRow> {
  const row = deliveredRow({ createdAt: OLD, ...fields });
  await stored.add([row]);
  const { id: deliveryId, createdAt, status: _, ...rest } = row;
  const requested = {
    type: 'DeliveryRequested',
    data: { ...rest, deliveryId, acceptedAt: createdAt, requestedAt: createdAt, messageTime: createdAt },
  } as unknown as DeliveryEvent;
  await other.query('insert into delivery_log (day, delivery_id, version, events, body) values ($1, $2, 1, $3, $4)', [
    row.day,
    row.id,
    JSON.stringify([requested]),
    '{}',
  ]);
  return row;
}
const retrying = { status: 'RETRYING', errorMessage: 'It failed.', nextRetryAt: new Date().toISOString() } as const;
const end = (row: DeliveryRow): Promise<unknown> =>
  other.query(
    `with ended as (update deliveries set status = 'SUCCESS' where id = '${row.id}')
     delete from due_deliveries where delivery_id = '${row.id}'`,
  );
const retry = (row: DeliveryRow): Promise<DeliveryRow | null> =>
  new DeliveryCommands(stored.database, stored.reader, () => new Date()).retry(row.id, null, 'key:1');

/** The places where a delivery is stored: its row, its log and the work queue. */
async function placesOf({ id }: DeliveryRow): Promise<unknown[]> {
  const { rows } = await other.query<{ place: string }>(
    `select 'row' as place from deliveries where id = $1
     union all select 'log' from delivery_log where delivery_id = $1 and version = 1
     union all select 'queue' from due_deliveries where delivery_id = $1`,
    [id],
  );
  return rows.map(({ place }) => place);
}

test.each<[string, Partial<DeliveryRow>]>([
  ['is being retried', retrying],
  ['has not been tried yet', { status: 'PENDING', attemptCount: 0 }],
])('a day with a delivery that %s is kept, and goes when that has ended', async (_what, fields) => {
  const open = await add(fields);
  const ended = await add();
  expect(await partitions.dropExpired()).toEqual(KEPT);
  expect(partitions.keptDays).toBe(1);
  expect(await placesOf(open)).toEqual(['row', 'log', 'queue']);
  // Lists still know of the day.
  expect(await stored.reader.list({ tenantId: null }, null, 10)).toHaveLength(2);
  await end(open);
  expect(await partitions.dropExpired()).toEqual(DROPPED);
  expect(partitions.keptDays).toBe(0);
  expect([await placesOf(open), await placesOf(ended)]).toEqual([[], []]);
});

test('a day that is kept does not keep the days beside it', async () => {
  await add(retrying);
  const dayBefore = new Date(Date.now() - 96 * DAY_MS).toISOString();
  await add({ createdAt: dayBefore, day: dayBefore.slice(0, 10) });
  expect(await partitions.dropExpired()).toEqual({ dropped: [dayBefore.slice(0, 10)], kept: [DAY] });
});

/** Between the first look at the day and the statement that detaches it. */
async function beforeItIsDetached(): Promise<{ dropping: Promise<unknown>; goOn: () => Promise<unknown> }> {
  await other.query('begin');
  await other.query('lock table deliveries in share update exclusive mode');
  const dropping = partitions.dropExpired();
  const isWaiting = async (): Promise<boolean> => {
    // Not in the transaction above: it would be shown the first look again and again.
    const waiting = await stored.orm.em.fork().execute<object[]>(
      `select from pg_stat_activity where datname = current_database()
         and query like 'alter table deliveries detach%' and wait_event_type = 'Lock'`,
    );
    return waiting.length === 1;
  };
  await waitFor(isWaiting, { what: 'the day to be about to go' });
  return { dropping, goOn: () => other.query('commit') };
}

test('a retry that a person asks for while the day goes is not lost, nor is the day', async () => {
  const row = await add({ status: 'FAILED', errorMessage: 'It failed.' });
  const { dropping, goOn } = await beforeItIsDetached();
  expect(await retry(row)).toMatchObject({ status: 'RETRYING' });
  await goOn();
  expect(await dropping).toEqual(KEPT);
  expect(await placesOf(row)).toEqual(['row', 'log', 'queue']);
  await end(row);
  expect(await partitions.dropExpired()).toEqual(DROPPED);
});

test('the same where the owner took the delivery for deleted while its day was away', async () => {
  const row = await add({ status: 'FAILED', errorMessage: 'It failed.' });
  const { dropping, goOn } = await beforeItIsDetached();
  await retry(row);
  await stored.orm.em.fork().execute('delete from due_deliveries');
  await goOn();
  expect(await dropping).toEqual(KEPT);
  expect(await placesOf(row)).toEqual(['row', 'log', 'queue']);
});

test('a retry after the day is gone finds no delivery', async () => {
  const row = await add({ status: 'FAILED', errorMessage: 'It failed.' });
  await partitions.dropExpired();
  expect(await retry(row)).toBeNull();
});

test.each(['deliveries', 'delivery_log'])(
  'a crash behind the detaching of %s loses no delivery that was opened before it',
  async (table) => {
    const row = await add(retrying);
    await other.query(`alter table ${table} detach partition ${table}_${SUFFIX}`);
    await other.query('delete from due_deliveries');
    expect(await partitions.dropExpired()).toEqual(KEPT);
    expect((await placesOf(row)).slice(0, 2)).toEqual(['row', 'log']);
  },
);

test('a day whose partition was made again while it went is kept', async () => {
  const row = await add();
  await other.query(`alter table deliveries detach partition deliveries_${SUFFIX}`);
  await other.query(`alter table delivery_log detach partition delivery_log_${SUFFIX}`);
  // A message of that day comes very late.
  const late = deliveredRow({ createdAt: new Date().toISOString(), day: DAY, ...retrying });
  await replica().ensure([late]);
  expect(await placesOf(row)).toEqual(['row', 'log']);
  await stored.add([late]);
  expect(await partitions.dropExpired()).toEqual(KEPT);
  expect(await placesOf(late)).toEqual(['row', 'queue']);
});

test('to look at a day costs the same however many deliveries it and the work queue have', async () => {
  await add();
  await other.query(
    `insert into deliveries (id, day, tenant_id, webhook_id, partition, event_type, event_id, kind, status, attempt_count,
       max_attempts, created_at, updated_at, version)
     select gen_random_uuid(), '${DAY}', 'tenant-1', gen_random_uuid(), 0, 'sale.created', gen_random_uuid(), 'message',
       'SUCCESS', 1, 5, '${OLD}', now(), 1 from generate_series(1, 20000)`,
  );
  await other.query('analyze deliveries');
  const { rows } = await other.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
    `explain (analyze, buffers, format json)
     select exists (select from deliveries_${SUFFIX} where status in ('PENDING', 'RETRYING')) as open`,
  );
  const plan = rows[0]!['QUERY PLAN'][0].Plan;
  expect(plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!).toBeLessThan(10);
});
