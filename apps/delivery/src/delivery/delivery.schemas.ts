import { DELIVERY_STATUSES } from '@signet/contracts';
import { pageQuery } from '@signet/service-kit';
import { z } from 'zod';

const time = z.iso.datetime({ offset: true });

export const listDeliveriesQuery = z.strictObject({
  ...pageQuery,
  webhookId: z.uuid().optional(),
  status: z.enum(DELIVERY_STATUSES).optional(),
  eventType: z.string().min(1).max(255).optional(),
  eventId: z.uuid().optional(),
  createdAfter: time.optional().describe('Created at or after this time.'),
  createdBefore: time.optional().describe('Created before this time.'),
  sentAfter: time.optional().describe('Last sent at or after this time.'),
  sentBefore: time.optional().describe('Last sent before this time.'),
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Part of webhook name, event type or error message, or an event id.'),
});
export type ListDeliveriesQuery = z.infer<typeof listDeliveriesQuery>;

/** Where a list goes on: behind this row. */
export const deliveryPlace = z.strictObject({ createdAt: z.iso.datetime(), id: z.uuid() });
