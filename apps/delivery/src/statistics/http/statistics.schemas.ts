import { TENANT_ID } from '@signet/contracts';
import { time } from '@signet/service-kit';
import { z } from 'zod';
import { BUCKETS, RANGES } from './period.policy.ts';
import type { Bucket, Range } from './period.policy.ts';

export const GROUPINGS = ['webhook', 'eventType', 'tenant'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const keysOf = <Key extends string>(record: Readonly<Record<Key, unknown>>) => Object.keys(record) as [Key, ...Key[]];

/** A page of a list of webhooks. */
export const MOST_WEBHOOKS = 50;
const UUID = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const WEBHOOK_IDS = new RegExp(`^${UUID}(,${UUID}){0,${MOST_WEBHOOKS - 1}}$`);

export const statisticsQuery = z
  .strictObject({
    range: z
      .enum(keysOf<Range>(RANGES))
      .optional()
      .describe(
        'The last hour, 24 hours, 7 or 30 days, with the bucket that is under way; 24h when `from` is missing.',
      ),
    from: time
      .optional()
      .describe('Begin of the time, included, instead of `range`. It is moved back to the begin of its bucket.'),
    to: time
      .optional()
      .describe('End of the time, not included; now when it is missing. It is moved on to the end of its bucket.'),
    bucket: z
      .enum(keysOf<Bucket>(BUCKETS))
      .optional()
      .describe(
        'Length of the buckets: at most 200 buckets. Minutes are kept for 2 days, hours for 8, days for 40; they begin by UTC. By default the shortest that is possible.',
      ),
    groupBy: z
      .enum(GROUPINGS)
      .optional()
      .describe('Also gives the numbers of each webhook, event type or, for operators, tenant: the largest ones.'),
    tenantId: z
      .string()
      .max(64)
      .regex(TENANT_ID, 'It must be at most 64 letters, digits, ".", "_" and "-", the first a letter or digit.')
      .optional()
      .describe('Only of this tenant; for operators.'),
    webhookId: z.uuid().optional().describe('Only of this webhook. Operators name its tenant, too.'),
    webhookIds: z
      .string()
      .regex(WEBHOOK_IDS, `It must be at most ${MOST_WEBHOOKS} UUIDs with commas between them.`)
      .optional()
      .describe(
        `Only of these webhooks: at most ${MOST_WEBHOOKS} ids with commas between them. With groupBy=webhook, each of them also has its \`series\`. Operators need not name a tenant.`,
      ),
    eventType: z.string().min(1).max(255).optional().describe('Only of this event type.'),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(200)
      .default(50)
      .describe('Largest number of groups, 1 to 200. Groups with the most deliveries come first.'),
  })
  .refine(({ range, from }) => range === undefined || from === undefined, {
    path: ['range'],
    message: 'Give range or from, not both.',
    params: { rule: 'range_and_from' },
  })
  .refine(({ from, to }) => to === undefined || from !== undefined, {
    path: ['from'],
    message: 'It is required beside to.',
    params: { rule: 'from_required' },
  })
  .refine(({ webhookId, webhookIds }) => webhookId === undefined || webhookIds === undefined, {
    path: ['webhookId'],
    message: 'Give webhookId or webhookIds, not both.',
    params: { rule: 'webhook_id_and_webhook_ids' },
  });
export type StatisticsQuery = z.infer<typeof statisticsQuery>;
