import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { PartitionClaim } from './ownership.ts';

/**
 * The fence of every write under a claim: `owned (partition, epoch, read_to)`, the claims out of these that PostgreSQL still
 * has. It stands in the `with` of the statement that writes, and the statement writes only rows of `owned`. Rows that were
 * decided under different claims are compared with the epoch, too: one partition may have a claim that holds beside an older
 * one that does not.
 *
 * The claims are locked until the write is committed. A replica that wants to take a partition waits for it, and then finds
 * what was written. All statements lock the claims in the order of their partitions, so that no two statements wait for each other.
 */
export const fence = (claims: readonly PartitionClaim[]): RawBuilder<unknown> => sql`
  owned as materialized (
    select o.partition, o.epoch, c.read_to from partition_owners o
    join unnest(${claims.map(({ partition }) => partition)}::integer[], ${claims.map(({ epoch }) => epoch)}::bigint[],
      ${claims.map(({ readTo }) => readTo.toString())}::bigint[], ${claims.map(({ owner }) => owner)}::text[])
      as c(partition, epoch, read_to, owner) using (partition, epoch, owner)
    order by o.partition for share of o
  )`;

/** The claims under which these were decided, each once. */
export const claimsOf = (decided: readonly { readonly claim: PartitionClaim }[]): PartitionClaim[] => [
  ...new Set(decided.map(({ claim }) => claim)),
];

/** Whether the claim still holds. For reads: a write that only asks before it begins is not fenced. */
export const holds = ({ partition, epoch, owner }: PartitionClaim): RawBuilder<boolean> => sql`exists (
  select from partition_owners o where o.partition = ${partition} and o.epoch = ${epoch} and o.owner = ${owner}
)`;

/**
 * Joins a table whose rows have the columns `partition` and `epoch` with the owners of now: rows that an earlier owner has
 * written are not read.
 */
export const OF_PRESENT_OWNER = sql`join partition_owners o using (partition, epoch)`;
