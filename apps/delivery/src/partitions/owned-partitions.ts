import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { PartitionClaim } from './ownership.ts';

/** The claims of the partitions to which these tasks belong. */
export const claimsOf = (tasks: readonly DeliveryTask[]): PartitionClaim[] => [
  ...new Map(tasks.map(({ claim }) => [claim.partition, claim])).values(),
];

/**
 * `owned`: the partitions whose claims still hold. Their rows are locked, so that a replica that wants to take one waits for
 * this statement.
 */
export const ownedOf = (claims: readonly PartitionClaim[]): RawBuilder<unknown> => sql`
  owned as materialized (
    select o.partition, o.epoch, c.read_to from partition_owners o
    join unnest(${claims.map(({ partition }) => partition)}::integer[], ${claims.map(({ epoch }) => epoch)}::bigint[],
      ${claims.map(({ readTo }) => readTo.toString())}::bigint[], ${claims.map(({ owner }) => owner)}::text[])
      as c(partition, epoch, read_to, owner) using (partition, epoch, owner)
    order by o.partition for share of o
  )`;
