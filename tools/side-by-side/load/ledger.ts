import { DELIVERY_DEAD_LETTER, INGESTION_DEAD_LETTER, REGISTRY_DEAD_LETTER } from '@signet/contracts';
import { topicEnds } from '@signet/kafka';
import type { KafkaClientOptions } from '@signet/kafka';
import type { Client } from 'pg';

/** What Signet itself says of all deliveries. */
export interface Books {
  readonly delivered: number;
  /** Deliveries with another status, and requests that wait on the shelf. */
  readonly unfinished: number;
  /** Deliveries that stand in the work queue although they are finished. */
  readonly stuck: number;
  readonly disabledWebhooks: number;
  readonly unreadableRows: number;
  readonly deadLetters: number;
  /** The most attempts that one delivery took. */
  readonly mostAttempts: number;
}

const DEAD_LETTERS = [INGESTION_DEAD_LETTER, DELIVERY_DEAD_LETTER, REGISTRY_DEAD_LETTER];

export async function readBooks(database: Client, kafka: KafkaClientOptions): Promise<Books> {
  const { rows } = await database.query<Record<keyof Books, string>>(
    `select
       (select count(*) from delivery.deliveries where status = 'SUCCESS') as "delivered",
       (select count(*) from delivery.deliveries where status <> 'SUCCESS')
         + (select coalesce(sum(count), 0) from delivery.shelved_requests) as "unfinished",
       (select count(*) from delivery.due_deliveries
          join delivery.deliveries on id = delivery_id and status = 'SUCCESS') as "stuck",
       (select count(*) from registry.webhooks where not is_active) as "disabledWebhooks",
       (select count(*) from delivery.unreadable_shelved_requests) as "unreadableRows",
       (select coalesce(max(attempt_count), 0) from delivery.deliveries) as "mostAttempts"`,
  );
  const ends = await topicEnds(kafka, DEAD_LETTERS);
  const number = (name: keyof Books): number => Number(rows[0]?.[name]);
  return {
    delivered: number('delivered'),
    unfinished: number('unfinished'),
    stuck: number('stuck'),
    disabledWebhooks: number('disabledWebhooks'),
    unreadableRows: number('unreadableRows'),
    mostAttempts: number('mostAttempts'),
    deadLetters: [...ends.values()].reduce((sum, end) => sum + Number(end), 0),
  };
}

/** Deliveries of these messages to webhooks of these tenants that are recorded as delivered. */
export async function recordedSuccesses(
  database: Client,
  tenantIds: readonly string[],
  eventIds: readonly string[],
): Promise<number> {
  const { rows } = await database.query<{ count: string }>(
    `select count(*) from delivery.deliveries
     where status = 'SUCCESS' and tenant_id = any($1) and event_id = any($2::uuid[])`,
    [tenantIds, eventIds],
  );
  return Number(rows[0]?.count);
}
