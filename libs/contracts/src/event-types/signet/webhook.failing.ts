import type { EventType } from '../event-type.ts';
import { failure, id, payload, quantity, text } from '../shapes.ts';

export const webhookFailing: EventType = {
  name: 'webhook.failing',
  displayName: 'Webhook Failing',
  domain: 'webhook',
  description:
    'Deliveries to a webhook keep failing: it is the 3rd or the 5th failure in a row. Sent by Signet itself.',
  version: 1,
  schema: payload('WebhookFailing', {
    webhookId: id,
    name: text,
    url: text,
    consecutiveFailures: quantity,
    lastFailure: failure,
  }),
  example: {
    webhookId: '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11',
    name: 'Orders to the ERP',
    url: 'https://erp.example/hooks/signet',
    consecutiveFailures: 3,
    lastFailure: {
      deliveryId: '7d1f7c1e-58a8-5b0e-8a07-3c5a3f9f6f02',
      attempt: 3,
      statusCode: 500,
      errorClass: 'http_status',
      endedAt: '2026-03-01T10:06:00.412Z',
    },
  },
};
