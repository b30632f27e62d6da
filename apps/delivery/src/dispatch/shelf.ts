import { deserialize, serialize } from 'node:v8';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { AcceptedRequest } from './accepted-request.ts';
import type { PartitionClaim } from './ownership.ts';

/** Requests of one webhook that were shelved together. */
export interface ShelvedBundle {
  readonly id: string;
  readonly partition: number;
  readonly webhookId: string;
}

/**
 * Requests of webhooks that take nothing now, durable in PostgreSQL as they came from Kafka: a whole bundle in one row and
 * one index, where a delivery each would be three rows and a dozen index entries (docs/adr/0024). Nobody can list them
 * until they are taken back.
 */
export class Shelf {
  constructor(private readonly em: EntityManager) {}

  /**
   * Stores the bundles, all or nothing.
   *
   * @returns false where the claim on their partition no longer holds: nothing was stored
   */
  async put(claim: PartitionClaim, bundles: ReadonlyMap<string, readonly AcceptedRequest[]>): Promise<boolean> {
    const rows = [...bundles].map(
      ([webhookId, requests]) => sql`(${webhookId}::uuid, ${requests.length}::integer, ${serialize(requests)}::bytea)`,
    );
    const { rows: stored } = await sql`
      with owned as (
        select partition from partition_owners
        where partition = ${claim.partition} and epoch = ${claim.epoch} for share
      )
      insert into shelved_requests (partition, webhook_id, count, requests)
      select partition, webhook_id, count, requests
      from owned, (values ${sql.join(rows)}) as bundle(webhook_id, count, requests)
      returning id`.execute(this.em.fork().getKysely());
    return stored.length > 0;
  }

  /** The oldest bundle of each webhook of these partitions, the oldest of all first. */
  async oldest(partitions: readonly number[]): Promise<ShelvedBundle[]> {
    const { rows } = await sql<{ id: string; partition: number; webhook_id: string }>`
      select id, partition, webhook_id from (
        select distinct on (partition, webhook_id) id, partition, webhook_id from shelved_requests
        where partition = any(${partitions}::integer[])
        order by partition, webhook_id, id
      ) oldest order by id`.execute(this.em.fork().getKysely());
    return rows.map(({ id, partition, webhook_id: webhookId }) => ({ id, partition, webhookId }));
  }

  /** What is in the bundle; nothing where somebody has taken it back meanwhile. */
  async read({ id }: ShelvedBundle): Promise<readonly AcceptedRequest[]> {
    const { rows } = await sql<{ requests: Buffer }>`
      select requests from shelved_requests where id = ${id}::bigint`.execute(this.em.fork().getKysely());
    return rows[0] ? (deserialize(rows[0].requests) as AcceptedRequest[]) : [];
  }

  /** All that is in the bundle is stored elsewhere. */
  async remove({ id }: ShelvedBundle): Promise<void> {
    await sql`delete from shelved_requests where id = ${id}::bigint`.execute(this.em.fork().getKysely());
  }

  /** Requests on the shelf, of these partitions. */
  async size(partitions: readonly number[]): Promise<number> {
    const { rows } = await sql<{ size: number }>`
      select coalesce(sum(count), 0)::integer as size from shelved_requests
      where partition = any(${partitions}::integer[])`.execute(this.em.fork().getKysely());
    return rows[0]?.size ?? 0;
  }
}
