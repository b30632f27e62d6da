import { pageQuery, tenantQuery, time } from '@signet/service-kit';
import { z } from 'zod';

const instant = time.transform((date) => date.toISOString());

export const listFailuresQuery = z.strictObject({
  ...pageQuery,
  ...tenantQuery,
  webhookId: z.uuid().optional().describe('Only of this webhook.'),
  createdAfter: instant
    .optional()
    .describe('Only deliveries that were created at or after this time; without it, within the last 24 hours.'),
  createdBefore: instant.optional().describe('Only deliveries that were created before this time; now when missing.'),
});
export type ListFailuresQuery = z.infer<typeof listFailuresQuery>;

/** The last group of a page, by its newest delivery; and the range, which is the same for all pages of a list. */
export const failurePlace = z.strictObject({ from: instant, before: instant, createdAt: instant, id: z.uuid() });
