import { DELIVERY_STATUSES } from '@signet/contracts';
import { pageQuery, time } from '@signet/service-kit';
import { z } from 'zod';

const instant = time.transform((date) => date.toISOString());

export const listDeliveriesQuery = z.strictObject({
  ...pageQuery,
  webhookId: z.uuid().optional().describe('Those of one webhook.'),
  status: z.enum(DELIVERY_STATUSES).optional().describe('How far they have come.'),
  eventType: z.string().min(1).max(255).optional().describe('Those of one event type.'),
  eventId: z
    .uuid()
    .optional()
    .describe('Those of one message, to whichever webhook: the webhook-id that receivers see.'),
  createdAfter: instant.optional().describe('Created at or after this time.'),
  createdBefore: instant.optional().describe('Created before this time.'),
  sentAfter: instant.optional().describe('Last sent at or after this time.'),
  sentBefore: instant.optional().describe('Last sent before this time.'),
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Part of webhook name, event type or error message, or an event id.'),
});
export type ListDeliveriesQuery = z.infer<typeof listDeliveriesQuery>;

/** Where a list goes on: behind this row. */
export const deliveryPlace = z.strictObject({ createdAt: instant, id: z.uuid() });
