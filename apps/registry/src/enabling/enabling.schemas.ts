import { pageQuery, tenantId, time } from '@signet/service-kit';
import { z } from 'zod';
import type { EnablingOrder } from './enabling.ts';
import { AUTOMATIC_REASONS } from './enabling.ts';

export const createEnablingBody = z
  .strictObject({
    disabledAfter: time.describe('Webhooks that were disabled at or after this time.'),
    disabledBefore: time.describe('Webhooks that were disabled before this time. Not in the future.'),
    disabledReason: z
      .enum(AUTOMATIC_REASONS)
      .optional()
      .describe(
        'failing: webhooks with too many failures in a row. gone: webhooks whose receiver answered 410. Without it: both. Webhooks that a person disabled are never enabled by this.',
      ),
    tenantId: tenantId.optional().describe('Only of this tenant.'),
    reason: z.string().max(500).optional().describe('For people: it is shown in the history of each webhook.'),
    replay: z
      .enum(['missed'])
      .optional()
      .describe(
        'missed: delivery also replays what each webhook missed while it was disabled. Webhooks of suspended tenants are then not enabled.',
      ),
  })
  .refine(({ disabledAfter, disabledBefore }) => disabledAfter < disabledBefore, {
    path: ['disabledBefore'],
    message: 'It must be later than disabledAfter.',
    params: { rule: 'not_after_disabled_after' },
  })
  .meta({
    title: 'CreateEnabling',
    // Not `examples`: zod leaves those out where a schema transforms.
    example: {
      disabledAfter: '2026-11-23T18:00:00Z',
      disabledBefore: '2026-11-23T20:00:00Z',
      disabledReason: 'failing',
      reason: 'Our NAT gateway was down',
      replay: 'missed',
    },
  });
export type CreateEnablingBody = z.infer<typeof createEnablingBody>;

export const createEnablingQuery = z.strictObject({
  preview: z
    .enum(['true', 'false'])
    .default('false')
    .describe(
      'true: nothing is enabled; the response says how many webhooks would be enabled, and shows some of them.',
    ),
});
export type CreateEnablingQuery = z.infer<typeof createEnablingQuery>;

export const listEnablingsQuery = z.strictObject({
  ...pageQuery,
  tenantId: tenantId.optional().describe('Only jobs that were limited to this tenant.'),
});
export type ListEnablingsQuery = z.infer<typeof listEnablingsQuery>;

export const orderOf = (body: CreateEnablingBody): EnablingOrder => ({
  disabledAfter: body.disabledAfter,
  disabledBefore: body.disabledBefore,
  disabledReason: body.disabledReason ?? null,
  tenantId: body.tenantId ?? null,
  reason: body.reason ?? null,
  replay: body.replay ?? null,
});
