import type { EventType } from '../event-type.ts';
import { failure, id, payload, quantity, text } from '../shapes.ts';

export const webhookDisabled: EventType = {
  name: 'webhook.disabled',
  displayName: 'Webhook Disabled',
  domain: 'webhook',
  description:
    'Signet disabled a webhook, because of its 10th failure in a row or because its receiver answered 410 Gone: nothing is delivered until a person enables it. Sent by Signet itself.',
  version: 1,
  schema: payload('WebhookDisabled', {
    webhookId: id,
    name: text,
    url: text,
    reason: { enum: ['failing', 'gone'] },
    detail: text,
    consecutiveFailures: quantity,
    lastFailure: failure,
  }),
  example: {
    webhookId: '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11',
    name: 'Orders to the ERP',
    url: 'https://erp.example/hooks/signet',
    reason: 'failing',
    detail: '10 attempts in a row failed.',
    consecutiveFailures: 10,
    lastFailure: {
      deliveryId: '7d1f7c1e-58a8-5b0e-8a07-3c5a3f9f6f02',
      attempt: 5,
      statusCode: null,
      errorClass: 'timeout',
      endedAt: '2026-03-01T15:42:15.020Z',
    },
  },
};
