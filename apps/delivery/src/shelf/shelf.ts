import { countOfRequests } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import { sql } from 'kysely';
import type { Database } from '../database/database.port.ts';
import { claimsOf, fence } from '../partitions/fence.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import { packedRecords, unpackedRecords } from './shelved-records.ts';

/** Records of delivery.requests.v1 of one webhook, to be shelved together. */
export interface RowToShelve {
  readonly claim: PartitionClaim;
  readonly webhookId: string;
  readonly records: readonly KafkaRecord[];
}

/** A row that is on the shelf. */
export interface ShelvedRow {
  readonly id: string;
  readonly partition: number;
  readonly webhookId: string;
}

/**
 * Keeps the requests of webhooks whose circuit is open or whose receiver hangs, in PostgreSQL, as they came from Kafka. One row with one
 * index entry has many requests. If each was stored as a delivery, it would take three rows and a dozen index entries (docs/adr/0024).
 * Shelved requests appear in no list until the shelf loop hands them to the scheduler.
 */
export class Shelf {
  constructor(private readonly database: Database) {}

  /**
   * Stores the rows whose claims still hold, all of them or none.
   *
   * @returns the claims whose rows are stored
   */
  async put(rows: readonly RowToShelve[]): Promise<Set<PartitionClaim>> {
    const values = rows.map(({ claim, webhookId, records }) => {
      const count = records.reduce((sum, { headers }) => sum + countOfRequests(headers), 0);
      const bytes = packedRecords(records);
      return sql`(${claim.partition}::integer, ${claim.epoch}::bigint, ${webhookId}::uuid, ${count}::integer, ${bytes}::bytea)`;
    });
    const claims = claimsOf(rows);
    const { rows: owned } = await sql<{ partition: number; epoch: string }>`
      with ${fence(claims)},
      stored as (
        insert into shelved_requests (partition, webhook_id, count, requests)
        select partition, webhook_id, count, requests
        from (values ${sql.join(values)}) as row(partition, epoch, webhook_id, count, requests)
        join owned using (partition, epoch)
      )
      select partition, epoch from owned`.execute(this.database.query);
    const epochs = new Map(owned.map(({ partition, epoch }) => [partition, String(epoch)]));
    return new Set(claims.filter(({ partition, epoch }) => epochs.get(partition) === String(epoch)));
  }

  /**
   * The oldest row of each webhook of these partitions, the oldest of all first. The cost does not grow with the number of
   * rows of a webhook.
   *
   * @param except ids of rows that are passed over
   */
  async oldest(partitions: readonly number[], except: readonly string[] = []): Promise<ShelvedRow[]> {
    const { rows } = await sql<{ id: string; partition: number; webhook_id: string }>`
      select oldest.id, mine.partition, oldest.webhook_id
      from unnest(${partitions}::integer[]) as mine(partition), lateral (
        with recursive oldest as (
          (select s.webhook_id, s.id from shelved_requests s
            where s.partition = mine.partition and s.id <> all(${except}::bigint[])
            order by s.webhook_id, s.id limit 1)
          union all
          select next.* from oldest, lateral (
            select s.webhook_id, s.id from shelved_requests s
            where s.partition = mine.partition and s.webhook_id > oldest.webhook_id
              and s.id <> all(${except}::bigint[])
            order by s.webhook_id, s.id limit 1
          ) next
        )
        select * from oldest
      ) oldest
      order by oldest.id`.execute(this.database.query);
    return rows.map(({ id, partition, webhook_id: webhookId }) => ({ id, partition, webhookId }));
  }

  /**
   * The row's records; empty if another owner has taken the row back meanwhile.
   *
   * @throws UnreadableRowError where its bytes are no records
   */
  async read({ id }: ShelvedRow): Promise<readonly KafkaRecord[]> {
    const { query } = this.database;
    const row = await query.selectFrom('shelved_requests').select('requests').where('id', '=', id).executeTakeFirst();
    return row ? unpackedRecords(row.requests) : [];
  }

  /** Moves a row that cannot be read to a table that no loop reads: a later version may be able to read it. */
  async setAside({ id }: ShelvedRow, reason: string): Promise<void> {
    await sql`
      with gone as (delete from shelved_requests where id = ${id}::bigint returning *)
      insert into unreadable_shelved_requests (id, partition, webhook_id, count, requests, reason)
      select id, partition, webhook_id, count, requests, ${reason.replaceAll('\0', '')} from gone`.execute(
      this.database.query,
    );
  }

  /** Deletes the row: all its requests are stored as deliveries or dead letters. */
  async remove({ id }: ShelvedRow): Promise<void> {
    await this.database.query.deleteFrom('shelved_requests').where('id', '=', id).execute();
  }

  /** How many requests of these partitions are on the shelf: of webhooks whose circuit is not closed, and of the others. */
  async sizes(partitions: readonly number[], open: readonly string[]): Promise<{ open: number; closed: number }> {
    const { rows } = await sql<{ open: number; closed: number }>`
      select coalesce(sum(count) filter (where webhook_id = any(${open}::uuid[])), 0)::integer as open,
        coalesce(sum(count) filter (where webhook_id <> all(${open}::uuid[])), 0)::integer as closed
      from shelved_requests where partition = any(${partitions}::integer[])`.execute(this.database.query);
    return rows[0] ?? { open: 0, closed: 0 };
  }
}
