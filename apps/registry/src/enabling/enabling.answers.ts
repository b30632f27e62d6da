import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';
import type { Enabling, EnablingOrder } from './enabling.ts';
import { AUTOMATIC_REASONS, ENABLING_STATES, MAX_FAILURES_NAMED } from './enabling.ts';
import type { EnablingPreview } from './enablings.ts';
import { SAMPLE_SIZE } from './enablings.ts';

const instant = z.iso.datetime();
const order = {
  disabledAfter: instant,
  disabledBefore: instant,
  disabledReason: z.enum(AUTOMATIC_REASONS).nullable(),
  tenantId: z.string().nullable(),
  reason: z.string().nullable(),
  replay: z.enum(['missed']).nullable(),
};

const failure = z.strictObject({
  webhookId: z.uuid(),
  code: z.string().meta({ example: 'tenant_suspended' }),
  detail: z.string(),
});

export const enablingAnswer = z
  .strictObject({
    id: z.uuid(),
    ...order,
    state: z.enum(ENABLING_STATES),
    total: z.int().min(0).meta({ description: 'Webhooks that were to be enabled when the job began.' }),
    enabled: z.int().min(0).meta({
      description:
        'Webhooks enabled so far. A webhook that another request enabled or deleted meanwhile is not counted.',
    }),
    failed: z.int().min(0).meta({ description: 'Webhooks that could not be enabled so far.' }),
    failures: z.array(failure).meta({
      description: `The webhooks that could not be enabled, each with the reason; at most the first ${MAX_FAILURES_NAMED}.`,
    }),
    createdBy: z.string().meta({ description: 'The key that asked for it: its name and id.' }),
    createdAt: instant,
    updatedAt: instant.meta({ description: 'The error of its last step; a failed step is tried again.' }),
    completedAt: instant.nullable().meta({ description: 'When it was done or cancelled.' }),
  })
  .meta({ title: 'Enabling' });
export const enablingPageAnswer = pageAnswer(enablingAnswer);

const meant = z.strictObject({
  id: z.uuid(),
  tenantId: z.string(),
  name: z.string(),
  url: z.string(),
  disabledAt: instant,
  disabledReason: z.enum(AUTOMATIC_REASONS),
  disabledDetail: z.string().nullable(),
});

export const enablingPreviewAnswer = z
  .strictObject({
    ...order,
    count: z.int().min(0).meta({ description: 'Webhooks that would be enabled.' }),
    tenants: z.int().min(0).meta({ description: 'Tenants whose webhooks they are.' }),
    sample: z.array(meant).meta({ description: `The webhooks that were disabled first; at most ${SAMPLE_SIZE}.` }),
  })
  .meta({ title: 'EnablingPreview' });

const AT = '2026-11-23T20:05:26.164Z';
const ID = '01a20a03-6a9d-799e-8f18-38d27e479d8e';
const orderExample = {
  disabledAfter: '2026-11-23T18:00:00.000Z',
  disabledBefore: '2026-11-23T20:00:00.000Z',
  disabledReason: 'failing',
  tenantId: null,
  reason: 'Our NAT gateway was down',
  replay: 'missed',
} as const;

export const enablingExample = {
  id: ID,
  ...orderExample,
  state: 'running',
  total: 1_204,
  enabled: 400,
  failed: 0,
  failures: [],
  createdBy: 'Operator (01a20a03-68f7-799e-8f18-18574b0d10a1)',
  createdAt: AT,
  updatedAt: AT,
  completedAt: null,
} satisfies z.infer<typeof enablingAnswer>;

export const enablingPreviewExample = {
  ...orderExample,
  count: 1_204,
  tenants: 37,
  sample: [
    {
      id: ID,
      tenantId: 'antwerp-jewels',
      name: 'Accounting',
      url: 'https://shop.example/hooks',
      disabledAt: '2026-11-23T18:04:05.006Z',
      disabledReason: 'failing',
      disabledDetail: '10 attempts in a row failed.',
    },
  ],
} satisfies z.infer<typeof enablingPreviewAnswer>;

const orderView = ({ disabledAfter, disabledBefore, disabledReason, tenantId, reason, replay }: EnablingOrder) => ({
  disabledAfter: disabledAfter.toISOString(),
  disabledBefore: disabledBefore.toISOString(),
  disabledReason,
  tenantId,
  reason,
  replay,
});

export const enablingView = (enabling: Enabling): z.infer<typeof enablingAnswer> => ({
  id: enabling.id,
  ...orderView(enabling),
  state: enabling.state,
  total: enabling.total,
  enabled: enabling.enabled,
  failed: enabling.failed,
  failures: [...enabling.failures],
  createdBy: enabling.createdBy,
  createdAt: enabling.createdAt.toISOString(),
  updatedAt: enabling.updatedAt.toISOString(),
  completedAt: enabling.completedAt?.toISOString() ?? null,
});

export const enablingPreviewView = (preview: EnablingPreview): z.infer<typeof enablingPreviewAnswer> => ({
  ...orderView(preview),
  count: preview.count,
  tenants: preview.tenants,
  sample: preview.sample.map(({ isTenantSuspended: _, disabledAt, ...webhook }) => ({
    ...webhook,
    disabledAt: disabledAt.toISOString(),
  })),
});
