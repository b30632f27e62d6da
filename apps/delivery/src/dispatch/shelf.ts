import { deserialize, serialize } from 'node:v8';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { countOfRequests } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import type { PartitionClaim } from './ownership.ts';

/** Records of delivery.requests.v1 of one webhook, to be shelved together. */
export interface Bundle {
  readonly claim: PartitionClaim;
  readonly webhookId: string;
  readonly records: readonly KafkaRecord[];
}

/** One that is on the shelf. */
export interface ShelvedBundle {
  readonly id: string;
  readonly partition: number;
  readonly webhookId: string;
}

/**
 * Requests of webhooks that take nothing now, durable in PostgreSQL as they came from Kafka: many records in one row and
 * one index, where a delivery each would be three rows and a dozen index entries (docs/adr/0024). Nobody can list them
 * until they are taken back.
 */
export class Shelf {
  constructor(private readonly em: EntityManager) {}

  /**
   * Stores the bundles whose claims still hold, all of them or none.
   *
   * @returns the partitions whose bundles are stored
   */
  async put(bundles: readonly Bundle[]): Promise<Set<number>> {
    const rows = bundles.map(({ claim, webhookId, records }) => {
      const count = records.reduce((sum, { headers }) => sum + countOfRequests(headers), 0);
      const bytes = zstdCompressSync(serialize(records));
      return sql`(${claim.partition}::integer, ${claim.epoch}::bigint, ${webhookId}::uuid, ${count}::integer, ${bytes}::bytea)`;
    });
    const partitions = [...new Set(bundles.map(({ claim }) => claim.partition))];
    const { rows: stored } = await sql<{ partition: number }>`
      with owned as (
        select partition, epoch from partition_owners
        where partition = any(${partitions}::integer[]) order by partition for share
      )
      insert into shelved_requests (partition, webhook_id, count, requests)
      select partition, webhook_id, count, requests
      from (values ${sql.join(rows)}) as bundle(partition, epoch, webhook_id, count, requests)
      join owned using (partition, epoch)
      returning partition`.execute(this.em.fork().getKysely());
    return new Set(stored.map(({ partition }) => partition));
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
  async read({ id }: ShelvedBundle): Promise<readonly KafkaRecord[]> {
    const { rows } = await sql<{ requests: Buffer }>`
      select requests from shelved_requests where id = ${id}::bigint`.execute(this.em.fork().getKysely());
    return rows[0] ? (deserialize(zstdDecompressSync(rows[0].requests)) as KafkaRecord[]) : [];
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
