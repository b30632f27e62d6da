import {
  DELIVERY_REQUESTS,
  deliveryIdOf,
  domainOf,
  encodeDeliveryRequest,
  eventIdOf,
  isOwnDomain,
  readCanonical,
  webhookBody,
} from '@signet/contracts';
import type { CanonicalMessage, DeliveryRequest } from '@signet/contracts';
import type { RecordBatch, RecordProducer } from '@signet/kafka';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';

interface RequestRecord {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

/**
 * One message becomes one request for each webhook that is subscribed to it. The body is made once and shared; the
 * payload is never parsed, and the database never asked.
 */
export function requestsOf(
  message: CanonicalMessage,
  acceptedAt: number,
  directory: WebhookDirectory,
): RequestRecord[] {
  const webhooks = recipientsOf(message, directory);
  if (webhooks.length === 0) return [];
  const value = webhookBody(message);
  const eventId = eventIdOf(message);
  return webhooks.map((webhook) => ({
    key: webhook.id,
    value,
    headers: encodeDeliveryRequest({ ...requestOf(message, webhook.id, eventId, acceptedAt), kind: 'message' }),
  }));
}

/** What is asked for when a message goes to a webhook for the first time. */
export const requestOf = (
  message: CanonicalMessage,
  webhookId: string,
  eventId: string,
  acceptedAt: number,
): Omit<DeliveryRequest, 'kind'> => ({
  deliveryId: deliveryIdOf(webhookId, message),
  webhookId,
  tenantId: message.tenantId,
  eventId,
  eventType: message.type,
  source: message.source,
  messageId: message.id,
  ...(message.subject !== undefined && { subject: message.subject }),
  messageTime: message.time,
  acceptedAt,
  ...(message.traceparent !== undefined && { traceparent: message.traceparent }),
});

/** An alert never goes to the webhook that it is about: that one is failing, and would answer its alert with the next. */
function recipientsOf(message: CanonicalMessage, directory: WebhookDirectory): readonly RoutedWebhook[] {
  const subscribers = directory.subscribers(message.tenantId, message.type);
  if (subscribers.length === 0 || !isOwnDomain(domainOf(message.type))) return subscribers;
  return subscribers.filter((webhook) => !isAboutWebhook(message, webhook));
}

/** Whether the message is an alert about this very webhook. */
export const isAboutWebhook = (message: CanonicalMessage, webhook: Pick<RoutedWebhook, 'id'>): boolean =>
  isOwnDomain(domainOf(message.type)) && message.subject === webhook.id;

/** Routes a batch of a canonical topic and answers when Kafka has every request. */
export async function fanOut(
  batch: RecordBatch,
  directory: WebhookDirectory,
  producer: Pick<RecordProducer, 'publishAll'>,
): Promise<number> {
  const requests: RequestRecord[] = [];
  for (const record of batch.records) {
    const read = readCanonical(record.headers, record.value);
    if ('missing' in read) {
      batch.setAside(record, {
        reason: 'not_a_canonical_message',
        field: read.missing,
        detail: `The record lacks ${read.missing} or it cannot be read.`,
      });
      continue;
    }
    for (const request of requestsOf(read.message, record.timestamp, directory)) requests.push(request);
  }
  if (requests.length > 0) await producer.publishAll(DELIVERY_REQUESTS, requests);
  return requests.length;
}
