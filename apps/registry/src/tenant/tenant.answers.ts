import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';

const instant = z.iso.datetime();

export const tenantAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  alertEmail: z.string().nullable(),
  status: z.enum(['active', 'suspended']),
  suspendedDetail: z.string().nullable(),
  createdAt: instant,
  updatedAt: instant,
  version: z.int().min(1),
});
export const tenantPageAnswer = pageAnswer(tenantAnswer);

export const tenantHistoryAnswer = pageAnswer(
  z.strictObject({
    version: z.int().min(1),
    type: z.enum(['TenantCreated', 'TenantUpdated', 'TenantSuspended', 'TenantResumed']),
    summary: z.string(),
    at: instant,
    actor: z.string(),
    data: z.record(z.string(), z.unknown()),
  }),
);

export const tenantExample = {
  id: 'antwerp-jewels',
  name: 'Antwerp Jewels',
  alertEmail: 'ops@shop.example',
  status: 'active',
  suspendedDetail: null,
  createdAt: '2026-11-23T20:05:26.164Z',
  updatedAt: '2026-11-23T20:05:26.164Z',
  version: 1,
} satisfies z.infer<typeof tenantAnswer>;
