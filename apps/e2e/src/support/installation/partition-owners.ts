import type { Client } from 'pg';

/** One process taking a partition of delivery.requests.v1. Times in milliseconds since the epoch. */
export interface Taking {
  readonly partition: number;
  readonly epoch: number;
  /** `host/pid/…` */
  readonly owner: string;
  readonly pid: number;
  /** A little before the commit, so before the process did anything as the owner. */
  readonly at: number;
}

/** Delivery keeps only the present owner of a partition; from this call on, all owners are kept. */
export async function recordTakings(database: Client): Promise<void> {
  await database.query(`
    create table takings as
      select partition, epoch, owner, taken_at as at from delivery.partition_owners;
    create function record_taking() returns trigger language plpgsql as $$ begin
      insert into public.takings values (new.partition, new.epoch, new.owner, clock_timestamp());
      return null;
    end $$;
    create trigger record_taking after insert or update on delivery.partition_owners
      for each row execute function record_taking()`);
}

/** All takings, in the order of the epochs of each partition. */
export async function takings(database: Client): Promise<Taking[]> {
  const { rows } = await database.query<{ partition: number; epoch: string; owner: string; at: string }>(
    `select partition, epoch, owner, extract(epoch from min(at)) * 1000 as at from takings
     group by partition, epoch, owner order by partition, at`,
  );
  return rows.map(({ partition, epoch, owner, at }) => ({
    partition,
    epoch: Number(epoch),
    owner,
    pid: Number(owner.split('/').at(-2)),
    at: Number(at),
  }));
}

/** The process that owns each partition now. */
export const ownersNow = (all: readonly Taking[]): Map<number, number> =>
  new Map(all.map(({ partition, pid }) => [partition, pid]));
