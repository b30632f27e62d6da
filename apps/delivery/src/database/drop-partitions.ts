import type { EntityManager } from '@mikro-orm/postgresql';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { dayOfPartition, tableOfPartition, TABLES } from './partition-names.ts';

/** One replica at a time: a table can detach one partition only. */
const LOCK = 'signet.delivery.retention';

type Database = Kysely<unknown>;

interface Partition {
  readonly name: string;
  /** `leaving`: whoever detached it was interrupted. `alone`: it was detached, and not dropped any more. */
  readonly state: 'attached' | 'leaving' | 'alone';
}

/**
 * Drops the partitions of days before `oldest`, with what the work queue has of them. Readers and writers of other days
 * never wait for it, and those that still read the partition are waited for. What a crash left half done is done to its
 * end.
 *
 * @returns the days that were dropped, none where another replica is at it
 */
export async function dropPartitions(em: EntityManager, oldest: string): Promise<string[]> {
  // The lock belongs to a connection, and detaching cannot be part of a transaction.
  const database = em.fork().getKysely() as unknown as Database;
  return database.connection().execute(async (connection) => {
    const { rows } = await sql<{ taken: boolean }>`
      select pg_try_advisory_lock(hashtextextended(${LOCK}, 0)) as taken`.execute(connection);
    if (!rows[0]?.taken) return [];
    try {
      return await drop(connection, oldest);
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended(${LOCK}, 0))`.execute(connection);
    }
  });
}

async function drop(database: Database, oldest: string): Promise<string[]> {
  const expired = (await partitions(database)).filter(({ name }) => dayOfPartition(name) < oldest);
  // First: until it is away, its table can detach no other.
  for (const { name } of expired.filter(({ state }) => state === 'leaving'))
    await run(database, `alter table ${tableOfPartition(name)} detach partition ${name} finalize`);
  for (const { name, state } of expired) {
    if (state === 'attached')
      await run(database, `alter table ${tableOfPartition(name)} detach partition ${name} concurrently`);
    await run(database, `drop table ${name}`);
  }
  if (expired.length > 0) await sql`delete from due_deliveries where day < ${oldest}::date`.execute(database);
  return [...new Set(expired.map(({ name }) => dayOfPartition(name)))];
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
