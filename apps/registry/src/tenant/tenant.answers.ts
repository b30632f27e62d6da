import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';

const instant = z.iso.datetime();

export const tenantAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    alertEmail: z
      .string()
      .nullable()
      .meta({ description: 'Gets the alerts about its webhooks; null: no alerts are sent.' }),
    alertEmailWarning: z
      .string()
      .nullable()
      .meta({ description: 'Why no mail is sent to `alertEmail`, for people; null: no warning.' }),
    status: z.enum(['active', 'suspended']),
    suspendedDetail: z.string().nullable().meta({ description: 'Why it is suspended, for people.' }),
    createdAt: instant,
    updatedAt: instant,
    version: z.int().min(1).meta({ description: 'The ETag, without its quotes.' }),
  })
  .meta({ title: 'Tenant' });
export const tenantPageAnswer = pageAnswer(tenantAnswer);

export const tenantHistoryAnswer = pageAnswer(
  z
    .strictObject({
      version: z.int().min(1),
      type: z.enum(['TenantCreated', 'TenantUpdated', 'TenantSuspended', 'TenantResumed']),
      summary: z.string(),
      at: instant,
      actor: z.string(),
      data: z.record(z.string(), z.unknown()),
    })
    .meta({ title: 'TenantHistoryEntry' }),
);

export const tenantExample = {
  id: 'antwerp-jewels',
  name: 'Antwerp Jewels',
  alertEmail: 'ops@shop.example',
  alertEmailWarning: null,
  status: 'active',
  suspendedDetail: null,
  createdAt: '2026-11-23T20:05:26.164Z',
  updatedAt: '2026-11-23T20:05:26.164Z',
  version: 1,
} satisfies z.infer<typeof tenantAnswer>;

export const suspendedExample = {
  ...tenantExample,
  status: 'suspended',
  suspendedDetail: 'Unpaid',
  version: 2,
} satisfies z.infer<typeof tenantAnswer>;

export const tenantHistoryExample = {
  data: [
    {
      version: 1,
      type: 'TenantCreated',
      summary: 'Created as "Antwerp Jewels".',
      at: tenantExample.createdAt,
      actor: 'First operator key (4bfc6d9d-a07f-5f01-8eb3-55bb1cd63ec6)',
      data: { name: 'Antwerp Jewels', at: tenantExample.createdAt },
    },
  ],
  nextCursor: null,
} satisfies z.infer<typeof tenantHistoryAnswer>;
