import type { DeliveryRequest } from '@signet/contracts';
import { eventIdOf, requestRecord, webhookBody } from '@signet/contracts';
import type { WebhookTestRequested } from './domain/webhook.events.ts';

/** Source of the messages that Signet makes for tests of a webhook. */
export const TEST_SOURCE = 'urn:signet:test';

/** The `webhook-id` of a test. Like that of any message it is made of a source and an id; here the id is the delivery's. */
export const testEventIdOf = (deliveryId: string): string => eventIdOf({ source: TEST_SOURCE, id: deliveryId });

/**
 * The record for `delivery.requests.v1` that sends an example message to a webhook. Its ids are those of the event,
 * so that a relay that publishes it twice makes one delivery.
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
    // The id from which `testEventIdOf` makes the event id.
    messageId: deliveryId,
    messageTime: at,
    acceptedAt: Date.parse(at),
    kind: 'test',
  };
  const data = Buffer.from(JSON.stringify(example));
  return requestRecord({ request, body: webhookBody({ type: eventType, time: at, data }) }, event.version);
}
