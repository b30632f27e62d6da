import type { EventType } from '../event-type.ts';
import { id, payload, quantity, text, time } from '../shapes.ts';

export const webhookRecovered: EventType = {
  name: 'webhook.recovered',
  displayName: 'Webhook Recovered',
  domain: 'webhook',
  description:
    'A delivery to a webhook succeeded, the first one since an alert about it. Sent by Signet itself, at most once for each time of trouble.',
  version: 1,
  schema: payload('WebhookRecovered', {
    webhookId: id,
    name: text,
    url: text,
    alertedAt: time,
    consecutiveFailures: quantity,
    deliveryId: id,
  }),
  example: {
    webhookId: '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11',
    name: 'Orders to the ERP',
    url: 'https://erp.example/hooks/signet',
    alertedAt: '2026-03-01T10:06:00.500Z',
    consecutiveFailures: 4,
    deliveryId: 'a3d9c9c2-7ef6-5d0c-9a39-6d0a52ba3a10',
  },
};
