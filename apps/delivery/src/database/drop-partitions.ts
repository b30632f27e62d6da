import type { LongSession } from '@signet/service-kit';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { hasOpenDeliveries, queueOpenDeliveries } from './open-deliveries.ts';
import { dayOfPartition, isoDay, PARTITIONS_LOCK, TABLES, tableOfPartition } from './partition-names.ts';

/** One replica drops at a time: a table can detach only one partition at once. */
const LOCK = 'signet.delivery.retention';
const DAY_MS = 24 * 60 * 60 * 1000;

type Database = Kysely<unknown>;

/** Days past the retention, `YYYY-MM-DD`. */
export interface Dropped {
  readonly dropped: readonly string[];
  /** Days that are kept because some of their deliveries have not ended. */
  readonly kept: readonly string[];
}

interface Partition {
  readonly name: string;
  /** `leaving`: the replica that was detaching it was interrupted. `alone`: it was detached, but not dropped. */
  readonly state: 'attached' | 'leaving' | 'alone';
}

/**
 * Drops the partitions of days before `oldest` all of whose deliveries have ended (docs/adr/0029). The drop waits for
 * sessions that still read the partition. Sessions that read or write other days never wait for the drop. It also finishes drops
 * that a crash interrupted.
 *
 * @returns no days if another replica is dropping
 */
export function dropPartitions(session: LongSession, oldest: string): Promise<Dropped> {
  // The lock belongs to the session, and detaching cannot be part of a transaction.
  return session(async (connection) => {
    const { rows } = await sql<{ taken: boolean }>`
      select pg_try_advisory_lock(hashtextextended(${LOCK}, 0)) as taken`.execute(connection);
    if (!rows[0]?.taken) return { dropped: [], kept: [] };
    try {
      return await dropDays(connection, oldest);
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended(${LOCK}, 0))`.execute(connection);
    }
  });
}

async function dropDays(database: Database, oldest: string): Promise<Dropped> {
  const expired = (await partitions(database)).filter(({ name }) => dayOfPartition(name) < oldest);
  // These come first: until such a partition is detached, its table can detach no other.
  for (const { name } of expired.filter(({ state }) => state === 'leaving'))
    await run(database, `alter table ${tableOfPartition(name)} detach partition ${name} finalize`);
  const dropped: string[] = [];
  const kept: string[] = [];
  for (const day of new Set(expired.map(({ name }) => dayOfPartition(name)))) {
    const ofDay = expired.filter(({ name }) => dayOfPartition(name) === day);
    ((await dropDay(database, day, ofDay)) ? dropped : kept).push(day);
  }
  if (dropped.length > 0) await forget(database, dropped);
  return { dropped, kept };
}

/**
 * Drops one day. A delivery of the day may be opened again meanwhile: a person asks for a retry, or a message comes very
 * late. So open deliveries are looked for twice: first because this costs less than detaching, and once more when no
 * statement can write to the tables any more.
 */
async function dropDay(database: Database, day: string, ofDay: readonly Partition[]): Promise<boolean> {
  const deliveries = ofDay.find(({ name }) => tableOfPartition(name) === 'deliveries');
  const isOpen = deliveries?.state === 'attached' && (await hasOpenDeliveries(database, deliveries.name));
  if (isOpen && ofDay.every(({ state }) => state === 'attached')) return false;
  for (const { name } of ofDay.filter(({ state }) => state === 'attached' && !isOpen))
    await run(database, `alter table ${tableOfPartition(name)} detach partition ${name} concurrently`);
  return database.transaction().execute((transaction) => dropUnlessOpen(transaction, day));
}

/** Only a replica that has attached these tables again as the day's partitions can write to them now. */
async function dropUnlessOpen(database: Database, day: string): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${PARTITIONS_LOCK}, 0))`.execute(database);
  const present = (await partitions(database)).filter(({ name }) => dayOfPartition(name) === day);
  const alone = present.filter(({ state }) => state === 'alone');
  const deliveries = present.find(({ name }) => tableOfPartition(name) === 'deliveries');
  const isUsedAgain = alone.length < present.length;
  const isOpen = deliveries !== undefined && (await hasOpenDeliveries(database, deliveries.name));
  if (!isUsedAgain && !isOpen) {
    for (const { name } of alone) await run(database, `drop table ${name}`);
    // In the same transaction as the drop: a delivery of the day that comes later is noted after it.
    await sql`delete from delivery_days where day = ${day}::date`.execute(database);
    return true;
  }
  for (const { name } of alone) await attach(database, name);
  if (isOpen) await queueOpenDeliveries(database, deliveries.name);
  return false;
}

async function attach(database: Database, name: string): Promise<void> {
  const day = dayOfPartition(name);
  const next = isoDay(Date.parse(day) + DAY_MS);
  await run(
    database,
    `alter table ${tableOfPartition(name)} attach partition ${name} for values from ('${day}') to ('${next}')`,
  );
}

/** Deletes the rows of dropped days from the work queue and from the list of days. */
async function forget(database: Database, days: readonly string[]): Promise<void> {
  await sql`
    delete from due_deliveries q where q.day = any(${days}::date[])
      and not exists (select from deliveries d where d.id = q.delivery_id and d.day = q.day)`.execute(database);
}

async function partitions(database: Database): Promise<Partition[]> {
  const { rows } = await sql<Partition>`
    select c.relname as name,
      case when i.inhrelid is null then 'alone' when i.inhdetachpending then 'leaving' else 'attached' end as state
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and c.relname ~ ${`^(${TABLES.join('|')})_[0-9]{8}$`}
    order by c.relname`.execute(database);
  return rows;
}

const run = (database: Database, statement: string): Promise<unknown> => sql.raw(statement).execute(database);
