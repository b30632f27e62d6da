import type { ReceivedRequest } from '@signet/testing';
import type { Client } from 'pg';

/** Header with the process that sends a POST and the time at which it began, milliseconds since the epoch. */
export const SENDER = 'x-sender';

/** A POST as its receiver got it. */
export interface Post {
  readonly path: string;
  readonly deliveryId: string;
  readonly saleId: string;
  readonly attempt: number;
  /** The process that sent it, and the time at which it began; milliseconds since the epoch. */
  readonly pid: number;
  readonly begunAt: number;
  readonly receivedAt: number;
}

/** An attempt as it is in delivery's log. */
export interface RecordedAttempt {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly partition: number;
  readonly attempt: number;
  readonly owner: string;
  readonly epoch: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

export function postOf({ path, headers, body, receivedAt }: ReceivedRequest): Post {
  const [pid, begunAt] = (headers[SENDER] ?? '').split('/').map(Number);
  return {
    path,
    deliveryId: headers['signet-delivery-id'] ?? '',
    saleId: (JSON.parse(body.toString()) as { data: { saleId: string } }).data.saleId,
    attempt: Number(headers['signet-attempt']),
    pid: pid ?? 0,
    begunAt: begunAt ?? 0,
    receivedAt,
  };
}

/** Every recorded attempt of these webhooks. */
export async function recordedAttempts(database: Client, webhookIds: readonly string[]): Promise<RecordedAttempt[]> {
  const { rows } = await database.query<{
    delivery_id: string;
    webhook_id: string;
    partition: number;
    data: { attempt: number; owner: string; epoch: number; startedAt: string; endedAt: string };
  }>(
    `select l.delivery_id, d.webhook_id, d.partition, event->'data' as data
     from delivery.delivery_log l
     join delivery.deliveries d on d.id = l.delivery_id and d.day = l.day
     cross join json_array_elements(l.events) as event
     where d.webhook_id = any($1::uuid[]) and event->>'type' in ('DeliveryAttemptSucceeded', 'DeliveryAttemptFailed')`,
    [webhookIds],
  );
  return rows.map(({ delivery_id: deliveryId, webhook_id: webhookId, partition, data }) => ({
    deliveryId,
    webhookId,
    partition,
    attempt: data.attempt,
    owner: data.owner,
    epoch: data.epoch,
    startedAt: Date.parse(data.startedAt),
    endedAt: Date.parse(data.endedAt),
  }));
}
