import { DELIVERY_STATUSES, MAX_ATTRIBUTE_LENGTH } from '@signet/contracts';
import { pageQuery, tenantQuery, time } from '@signet/service-kit';
import { z } from 'zod';

const instant = time.transform((date) => date.toISOString());

const attribute = z.string().min(1).max(MAX_ATTRIBUTE_LENGTH).optional();

export const listDeliveriesQuery = z.strictObject({
  ...pageQuery,
  ...tenantQuery,
  webhookId: z.uuid().optional().describe('Only of this webhook.'),
  status: z.enum(DELIVERY_STATUSES).optional().describe('Only deliveries in this state.'),
  eventType: z.string().min(1).max(255).optional().describe('Only of this event type.'),
  eventId: z.uuid().optional().describe('Only of this message, to all webhooks: the webhook-id that receivers see.'),
  messageId: attribute.describe(
    'Only of messages to which the producer gave this id; different sources may use the same id, so give `source` as well to find one message.',
  ),
  source: attribute.describe('Only of messages from this source.'),
  subject: attribute.describe('Only of messages about this object.'),
  createdAfter: instant.optional().describe('Created at or after this time.'),
  createdBefore: instant.optional().describe('Created before this time.'),
  sentAfter: instant.optional().describe('Last sent at or after this time.'),
  sentBefore: instant.optional().describe('Last sent before this time.'),
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Part of webhook name, event type or error message, in any case; or an event id, whole or its first 8 characters or more; or a message id or a subject, whole.',
    ),
});
export type ListDeliveriesQuery = z.infer<typeof listDeliveriesQuery>;

/** The last row of a page: the next page begins behind it. */
export const deliveryPlace = z.strictObject({ createdAt: instant, id: z.uuid() });
