import type { DeliveryRequest } from '@signet/contracts';
import { eventIdOf, requestRecord, webhookBody } from '@signet/contracts';
import type { WebhookTestRequested } from './domain/webhook.events.ts';

/** Source of the messages that Signet makes itself to try a webhook out. */
export const TEST_SOURCE = 'urn:signet:test';

/** The `webhook-id` of a test: made of source and id like that of any other message. The delivery's id serves as its id. */
export const testEventIdOf = (deliveryId: string): string => eventIdOf({ source: TEST_SOURCE, id: deliveryId });

/**
 * The record for `delivery.requests.v1` that sends an example to a webhook. Its ids are those of the event, so that a
 * relay that publishes it twice makes one delivery.
 */
export function testRequestRecord(
  webhookId: string,
  event: WebhookTestRequested & { readonly version: number },
  example: unknown,
) {
  const { tenantId, deliveryId, eventId, eventType, at } = event.data;
  const request: DeliveryRequest = {
    deliveryId,
    webhookId,
    tenantId,
    eventId,
    eventType,
    source: TEST_SOURCE,
    // What `testEventIdOf` makes the event id of.
    messageId: deliveryId,
    messageTime: at,
    acceptedAt: Date.parse(at),
    kind: 'test',
  };
  const data = Buffer.from(JSON.stringify(example));
  return requestRecord({ request, body: webhookBody({ type: eventType, time: at, data }) }, event.version);
}
