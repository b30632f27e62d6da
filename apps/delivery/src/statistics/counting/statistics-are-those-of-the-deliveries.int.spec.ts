import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import { sql } from 'kysely';
import type { Database } from '../../database/database.port.ts';
import { DeliveryCommands } from '../../delivery/http/delivery.commands.ts';
import type { DeliveryRow } from '../../delivery/storage/delivery.projection.ts';
import { CountedDeliveries } from '../../testing/counted-deliveries.ts';
import { deliveredRow } from '../../testing/stored-deliveries.ts';
import { deleteOldStatistics } from './old-statistics.ts';
import { StatisticsCounter } from './statistics-counter.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let deliveries: CountedDeliveries;
beforeAll(async () => {
  deliveries = await CountedDeliveries.create();
});
beforeEach(() => deliveries.clear());
afterAll(() => deliveries?.stored.close());

const TYPES = ['sale.created', 'sale.updated', 'customer.created'];
const WEBHOOKS = Array.from({ length: 5 }, () => newId());

/** Deliveries of two tenants, in every state, some with a message of an earlier day. */
const many = (count: number, agoMs: (index: number) => number): DeliveryRow[] =>
  Array.from({ length: count }, (_, index) => {
    const created = deliveries.clock().getTime() - agoMs(index);
    const createdAt = new Date(created).toISOString();
    const status = (['SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILED', 'RETRYING', 'PENDING'] as const)[index % 6]!;
    const isEnded = status === 'SUCCESS' || status === 'FAILED';
    return deliveredRow({
      createdAt,
      tenantId: index % 5 < 2 ? 'antwerp' : 'bruges',
      webhookId: WEBHOOKS[index % 5]!,
      eventType: TYPES[index % 3]!,
      ...(index % 20 === 0 ? { day: new Date(created - 3 * DAY).toISOString().slice(0, 10), kind: 'replay' } : {}),
      status,
      attemptCount: status === 'PENDING' ? 0 : 1 + (index % 3),
      unspentAttempts: index % 11 === 0 ? 1 : 0,
      responseStatusCode: status === 'PENDING' || index % 7 === 0 ? null : 200,
      durationMs: status === 'PENDING' ? null : 3 + ((index * 37) % 400),
      completedAt: isEnded ? new Date(created + 5 + ((index * 991) % 90_000)).toISOString() : null,
    });
  });

async function expectEqual(): Promise<void> {
  expect(await deliveries.counted()).toEqual(await deliveries.expected());
}

test('deliveries of the version before, which were never counted, are filled in as far as statistics are kept', async () => {
  // No log: only the filling can find them. On few days, as each is a partition: today, the first and the last day of each length
  // of bucket, and a day that is older than the statistics.
  const days = [0, 2, 3, 8, 9, 40, 41];
  await deliveries.stored.add(
    many(50 * days.length, (index) => days[Math.floor(index / 50)]! * DAY + (index % 50) * 11 * MINUTE + index * 1_234),
  );
  await deliveries.count();
  await expectEqual();
  expect(Object.keys(await deliveries.counted()).length).toBeGreaterThan(1_000);
});

test('new deliveries and late changes are in the bucket in which the delivery was created', async () => {
  await deliveries.count();
  const recent = many(60, (index) => index * 7 * MINUTE);
  const old = many(30, (index) => 4 * DAY + index * HOUR);
  await deliveries.add([...recent, ...old]);
  await deliveries.count();
  await expectEqual();
  // A retry that succeeds hours or days later.
  for (const row of [...recent, ...old].filter(({ status }) => status === 'FAILED' || status === 'RETRYING'))
    await deliveries.change(row, { status: 'SUCCESS', attemptCount: 4, completedAt: deliveries.ago(0) });
  // A person has asked for one more attempt of a delivery that had succeeded.
  await deliveries.change(recent[0]!, { status: 'RETRYING', completedAt: null });
  await deliveries.count();
  await expectEqual();
  const failed = Object.keys(await deliveries.counted()).filter((key) => key.endsWith(' 2'));
  expect(failed).toEqual([]);
});

test('a crash before a count is committed counts nothing twice, and loses nothing', async () => {
  await deliveries.add(many(40, (index) => index * MINUTE));
  const crashing: Database = {
    query: deliveries.stored.database.query,
    transaction: (work) =>
      deliveries.stored.database.transaction(async (transaction) => {
        await work(transaction);
        throw new Error('the process ends');
      }),
  };
  const dying = new StatisticsCounter(crashing, deliveries.clock);
  await expect(dying.round(true)).rejects.toThrow('the process ends');
  expect(await deliveries.counted()).toEqual({});
  await deliveries.count();
  await deliveries.add(many(40, (index) => index * 30_000));
  await expect(deliveries.endRest().then(() => dying.round(true))).rejects.toThrow('the process ends');
  await deliveries.count();
  await expectEqual();
});

test('replicas that count at once count nothing twice', async () => {
  const replicas = Array.from(
    { length: 3 },
    () => new StatisticsCounter(deliveries.stored.database, deliveries.clock, 7),
  );
  for (let round = 0; round < 10; round += 1) {
    await deliveries.add(many(20, (index) => index * 20_000 + round));
    await deliveries.endRest();
    await Promise.all(replicas.map((replica) => replica.round(true)));
  }
  await deliveries.count();
  await expectEqual();
});

test('after a count all replicas rest', async () => {
  await deliveries.count();
  const other = new StatisticsCounter(deliveries.stored.database, deliveries.clock);
  await deliveries.add(many(1, () => 0));
  const before = await deliveries.counted();
  const resting = await other.round(true);
  expect(resting!.restUntil).toBeGreaterThanOrEqual(deliveries.clock().getTime() + 5_000);
  expect(await deliveries.counted()).toEqual(before);
});

test('a long log is counted in several steps', async () => {
  await deliveries.count();
  await deliveries.add(many(50, (index) => index * MINUTE));
  await deliveries.count(new StatisticsCounter(deliveries.stored.database, deliveries.clock, 8));
  await expectEqual();
});

test('a transaction that commits late is counted when it has committed', async () => {
  await deliveries.count();
  const [late] = many(1, () => MINUTE);
  await deliveries.stored.add([late!]);
  const { day, id } = late!;
  await deliveries.stored.database.transaction(async ({ query }) => {
    await query
      .insertInto('delivery_log')
      .values({ day, delivery_id: id, version: 1, events: '[]', body: null })
      .execute();
    await deliveries.add(many(5, (index) => 2 * MINUTE + index));
    await deliveries.endRest();
    await deliveries.counter.round(true);
    expect(await deliveries.counted()).toEqual({});
  });
  await deliveries.count();
  await expectEqual();
});

test('a delivery that a person deletes is no longer in the statistics', async () => {
  const rows = many(12, () => HOUR);
  await deliveries.add(rows);
  await deliveries.count();
  const { database } = deliveries.stored;
  const reader = { find: (id: string) => Promise.resolve({ row: rows.find((row) => row.id === id)!, version: 1 }) };
  const commands = new DeliveryCommands(database, reader as never, deliveries.clock);
  for (const { id } of rows.slice(0, 7)) expect(await commands.remove(id, null)).toBe(true);
  await deliveries.count();
  await expectEqual();
});

test('while more deliveries were deleted than one round counts, the next round follows at once', async () => {
  const rows = many(12, (index) => index * MINUTE);
  await deliveries.add(rows);
  await deliveries.count();
  for (const { id, webhookId, tenantId, createdAt } of rows.slice(0, 5)) {
    await sql`delete from deliveries where id = ${id}::uuid`.execute(deliveries.stored.database.query);
    await sql`insert into statistics_recounts (tenant_id, webhook_id, created_at)
      values (${tenantId}, ${webhookId}::uuid, ${createdAt})`.execute(deliveries.stored.database.query);
  }
  const counter = new StatisticsCounter(deliveries.stored.database, deliveries.clock, 2);
  const rounds = [];
  for (let round = 0; round < 3; round += 1) {
    await deliveries.endRest();
    rounds.push((await counter.round(true))!.isBehind);
  }
  expect(rounds).toEqual([true, true, false]);
  await expectEqual();
});

test('deliveries whose counting takes too long do not stop the statistics of the others', async () => {
  await deliveries.count();
  const { query } = deliveries.stored.database;
  // A trigger with the same error code in place of a statement that really takes too long.
  await sql`create function too_long() returns trigger language plpgsql as
    'begin raise exception ''too long'' using errcode = ''query_canceled''; end'`.execute(query);
  await sql`create trigger too_long before insert on delivery_statistics for each row
    when (new.webhook_id = ${sql.lit(WEBHOOKS[0])}) execute function too_long()`.execute(query);
  try {
    const rows = many(30, () => MINUTE);
    await deliveries.add(rows);
    const counter = new StatisticsCounter(deliveries.stored.database, deliveries.clock, 16);
    await deliveries.endRest();
    await expect(counter.round(true)).rejects.toThrow('too long');
    await deliveries.count(counter);
    // The deliveries that are left out are not in the sums, either.
    await sql`delete from deliveries where webhook_id = ${WEBHOOKS[0]!}::uuid`.execute(query);
    await expectEqual();
    expect(await deliveries.counted()).not.toEqual({});
  } finally {
    await sql`drop function too_long cascade`.execute(query);
  }
});

test('after a restore to an earlier time, or on another server, everything is counted anew and nothing twice', async () => {
  await deliveries.add(many(40, (index) => index * HOUR));
  await deliveries.count();
  await sql`update statistics_progress set tx = '9000000000000', position = 7`.execute(
    deliveries.stored.database.query,
  );
  await deliveries.stored.add(many(40, (index) => 2 * DAY + index * HOUR));
  await deliveries.count();
  await expectEqual();
});

test('old buckets are deleted, and a change of that time is still counted right in the longer ones', async () => {
  const rows = many(60, (index) => index * HOUR);
  await deliveries.add(rows);
  await deliveries.count();
  for (const days of [3, 4, 30, 10]) {
    deliveries.clock.advance(days * DAY);
    await deliveries.add(many(12, (index) => index * HOUR));
    for (const row of rows.filter(({ status }) => status === 'RETRYING').slice(0, days))
      await deliveries.change(row, { status: 'FAILED', completedAt: deliveries.ago(0) });
    await deliveries.count();
    await deleteOldStatistics(deliveries.stored.database, deliveries.clock());
    await expectEqual();
  }
});
