import { DELIVERY_STATUSES, ERROR_CLASSES } from '@signet/contracts';
import { pageQuery, tenantId, tenantQuery, time } from '@signet/service-kit';
import { z } from 'zod';
import { JOB_ACTIONS, JOB_STATES } from '../delivery-job.ts';
import type { WantedJob } from '../delivery-jobs.ts';

export const createJobBody = z
  .strictObject({
    action: z
      .enum(JOB_ACTIONS)
      .describe(
        'retry: one more attempt of each delivery, as POST /v1/deliveries/{id}/retry, except that the attempts wait for their turn and while the circuit is open. delete: each delivery is deleted with its attempts, as by DELETE /v1/deliveries/{id}; one that waits is not sent any more.',
      ),
    status: z
      .enum(DELIVERY_STATUSES)
      .describe(
        'Only deliveries in this state. A retry is for FAILED ones: the others were received, or are tried anyway.',
      ),
    since: time.describe('Only deliveries that were created at or after this time.'),
    until: time.optional().describe('Only deliveries that were created before this time; now when it is missing.'),
    tenantId: tenantId.optional().describe('Only of this tenant; for operators. Without it, of every tenant.'),
    webhookId: z.uuid().optional().describe('Only of this webhook.'),
    errorClass: z.enum(ERROR_CLASSES).optional().describe('Only deliveries whose last attempt failed in this way.'),
    eventType: z.string().min(1).max(255).optional().describe('Only of this event type.'),
  })
  .refine(({ since, until }) => until === undefined || since < until, {
    path: ['until'],
    message: 'It must be later than since.',
    params: { rule: 'until_not_after_since' },
  })
  .refine(({ action, status }) => action !== 'retry' || status === 'FAILED', {
    path: ['status'],
    message: 'Only FAILED deliveries can be retried together.',
    params: { rule: 'retry_needs_failed' },
  })
  .meta({
    title: 'CreateDeliveryJob',
    // Not `examples`: zod leaves those out where a schema transforms.
    example: {
      action: 'retry',
      status: 'FAILED',
      since: '2026-11-23T18:00:00Z',
      webhookId: '01a20a03-6a9d-799e-8f18-38d27e479d8e',
      errorClass: 'http_status',
    },
  });
export type CreateJobBody = z.infer<typeof createJobBody>;

export const wantedOf = ({
  until,
  tenantId: asked,
  webhookId,
  errorClass,
  eventType,
  ...body
}: CreateJobBody): WantedJob => ({
  ...body,
  until: until ?? null,
  tenantId: asked ?? null,
  webhookId: webhookId ?? null,
  errorClass: errorClass ?? null,
  eventType: eventType ?? null,
});

export const createJobQuery = z.strictObject({
  preview: z
    .enum(['true', 'false'])
    .default('false')
    .describe('true: nothing is changed; the response says how many deliveries would be.'),
});
export type CreateJobQuery = z.infer<typeof createJobQuery>;

export const listJobsQuery = z.strictObject({
  ...pageQuery,
  ...tenantQuery,
  state: z.enum(JOB_STATES).optional().describe('Only jobs in this state.'),
});
export type ListJobsQuery = z.infer<typeof listJobsQuery>;
