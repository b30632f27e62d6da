import { DELIVERY_STATUSES, ERROR_CLASSES } from '@signet/contracts';
import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';
import { JOB_ACTIONS, JOB_STATES, remainingOf } from '../delivery-job.ts';
import type { DeliveryJob, DeliverySelection } from '../delivery-job.ts';
import type { JobPreview } from '../delivery-jobs.ts';

const instant = z.iso.datetime();

const selected = {
  action: z.enum(JOB_ACTIONS),
  tenantId: z.string().nullable().meta({ description: 'null: deliveries of every tenant.' }),
  webhookId: z.uuid().nullable(),
  status: z.enum(DELIVERY_STATUSES),
  errorClass: z.enum(ERROR_CLASSES).nullable(),
  eventType: z.string().nullable(),
  since: instant,
  until: instant,
};

export const jobAnswer = z
  .strictObject({
    id: z.uuid(),
    ...selected,
    state: z.enum(JOB_STATES),
    total: z.int().min(0).nullable().meta({
      description:
        'Number of deliveries that are selected; null until they are counted, and when counting takes too long. More than 1,000,000 are shown as so many.',
    }),
    done: z.int().min(0).meta({ description: 'Number of deliveries that were retried or deleted so far.' }),
    refused: z.int().min(0).meta({
      description:
        'Number of deliveries that were not retried, because their webhook is disabled or deleted or their tenant suspended.',
    }),
    remaining: z.int().min(0).nullable().meta({
      description:
        'Number of deliveries that are left; null while the total is not known. A completed job has none left.',
    }),
    createdBy: z.string(),
    createdAt: instant,
    updatedAt: instant,
    completedAt: instant.nullable(),
  })
  .meta({ title: 'DeliveryJob' });
export const jobPageAnswer = pageAnswer(jobAnswer);

export const jobPreviewAnswer = z
  .strictObject({
    ...selected,
    count: z.int().min(0).meta({ description: 'Number of deliveries that would be retried or deleted.' }),
    isExact: z.boolean().meta({ description: 'false: there are more deliveries than this.' }),
  })
  .meta({ title: 'DeliveryJobPreview' });

const selectionExample = {
  action: 'retry',
  tenantId: 'antwerp-jewels',
  webhookId: '01a20a03-6a9d-799e-8f18-38d27e479d8e',
  status: 'FAILED',
  errorClass: 'http_status',
  eventType: null,
  since: '2026-11-23T18:00:00.000Z',
  until: '2026-11-23T20:05:26.164Z',
} as const;

export const jobExample = {
  id: '01a20a03-6a9d-799e-8f18-38d27e479d8e',
  ...selectionExample,
  state: 'running',
  total: 1_204,
  done: 500,
  refused: 0,
  remaining: 704,
  createdBy: '0195c1f0-0000-7000-8000-000000000001',
  createdAt: '2026-11-23T20:05:26.164Z',
  updatedAt: '2026-11-23T20:05:27.164Z',
  completedAt: null,
} satisfies z.infer<typeof jobAnswer>;

export const jobPreviewExample = {
  ...selectionExample,
  count: 1_204,
  isExact: true,
} satisfies z.infer<typeof jobPreviewAnswer>;

const times = ({ since, until }: Pick<DeliverySelection, 'since' | 'until'>) => ({
  since: since.toISOString(),
  until: until.toISOString(),
});

export function jobView({ cursor: _, ...job }: DeliveryJob): z.infer<typeof jobAnswer> {
  return {
    ...job,
    ...times(job),
    remaining: remainingOf({ cursor: null, ...job }),
    createdAt: job.createdAt.toISOString(),
    updatedAt: job.updatedAt.toISOString(),
    completedAt: job.completedAt?.toISOString() ?? null,
  };
}

export const jobPreviewView = (preview: JobPreview): z.infer<typeof jobPreviewAnswer> => ({
  ...preview,
  ...times(preview),
});
