import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** The condition of the index `deliveries_open`, which has only open deliveries: it is empty for nearly every old day. */
const OPEN = sql`status in ('PENDING', 'RETRYING')`;

/**
 * Whether the partition has deliveries that have not ended. This is one lookup in the partition's own index over open
 * deliveries; its cost does not grow with the day or the work queue.
 */
export async function hasOpenDeliveries(database: Kysely<unknown>, partition: string): Promise<boolean> {
  const { rows } = await sql<{ open: boolean }>`
    select exists (select from ${sql.table(partition)} where ${OPEN}) as open`.execute(database);
  return rows[0]?.open ?? false;
}

/**
 * Puts the open deliveries of a day's partition of the table into the work queue where they are missing: while that partition was detached
 * from the table, the replica that serves them could not find them, and may have removed them from the work queue as deleted.
 */
export async function queueOpenDeliveries(database: Kysely<unknown>, partition: string): Promise<void> {
  await sql`
    insert into due_deliveries (delivery_id, day, partition, webhook_id, created_at, due_at)
    select id, day, partition, webhook_id, created_at, coalesce(next_retry_at, created_at)
    from ${sql.table(partition)} where ${OPEN} for update
    on conflict (delivery_id) do nothing`.execute(database);
}
