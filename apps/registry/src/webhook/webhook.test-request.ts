import type { DeliveryRequest } from '@signet/contracts';
import { requestRecord, webhookBody } from '@signet/contracts';
import type { WebhookTestRequested } from './webhook.events.ts';

/** Source of the messages that Signet makes itself to try a webhook out. */
export const TEST_SOURCE = 'urn:signet:test';

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
    messageId: eventId,
    messageTime: at,
    acceptedAt: Date.parse(at),
    kind: 'test',
  };
  const data = Buffer.from(JSON.stringify(example));
  return requestRecord({ request, body: webhookBody({ type: eventType, time: at, data }) }, event.version);
}
