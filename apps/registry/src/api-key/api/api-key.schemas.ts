import { tenantId } from '@signet/service-kit';
import { z } from 'zod';
import { displayName } from '../../tenant/tenant.schemas.ts';

const MAX_TENANTS = 500;

const eventTypes = z
  .array(z.string())
  .min(1)
  .nullable()
  .meta({
    description: 'Names of the event types that a producer may send, each once; null: all.',
    example: ['sale.created'],
  });
const tenants = z.array(tenantId).min(1).max(MAX_TENANTS).nullable().meta({
  description: 'Ids of the tenants that a producer may send for, each once; null: all.',
});

export const createTenantKeyBody = z
  .strictObject({
    name: displayName,
    role: z.enum(['tenant', 'producer']).meta({
      description: "`tenant`: manages the tenant's webhooks and deliveries. `producer`: sends the tenant's events.",
    }),
    eventTypes: eventTypes.optional(),
  })
  .meta({
    title: 'CreateTenantApiKey',
    examples: [{ name: 'Till 7', role: 'producer', eventTypes: ['sale.created'] }],
  });
export type CreateTenantKeyBody = z.infer<typeof createTenantKeyBody>;

export const createKeyBody = z
  .strictObject({
    name: displayName,
    role: z.enum(['operator', 'producer']).meta({
      description: '`operator`: everything. `producer`: posts events of several tenants. There is no default.',
    }),
    eventTypes: eventTypes.optional(),
    tenants: tenants.optional(),
  })
  .meta({
    title: 'CreateApiKey',
    examples: [
      { name: 'Olga', role: 'operator' },
      { name: 'Bus', role: 'producer', tenants: ['antwerp-jewels'] },
    ],
  });
export type CreateKeyBody = z.infer<typeof createKeyBody>;
