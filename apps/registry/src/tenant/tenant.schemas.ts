import { pageQuery, tenantId } from '@signet/service-kit';
import { z } from 'zod';

/** A name for people, with at least one visible character. */
export const displayName = z
  .string()
  .max(255)
  .regex(/\S/, 'It must have a character that can be seen.')
  .meta({ description: 'For people.' });

export const createTenantBody = z
  .strictObject({
    id: tenantId.optional().meta({ description: 'A new UUID when none is given.' }),
    name: displayName,
  })
  .meta({ title: 'CreateTenant', examples: [{ id: 'antwerp-jewels', name: 'Antwerp Jewels' }] });
export type CreateTenantBody = z.infer<typeof createTenantBody>;

/** Exactly one address: it becomes the To header of an alert. */
const alertEmail = z.email().max(254).nullable().meta({
  description: "Gets the alerts about the tenant's webhooks; null: no alerts are sent.",
  example: 'ops@shop.example',
});

export const updateTenantBody = z
  .strictObject({
    name: displayName.optional().meta({ description: 'Only an operator may change it.' }),
    alertEmail: alertEmail.optional(),
  })
  .meta({ title: 'UpdateTenant', examples: [{ alertEmail: 'ops@shop.example' }] });
export type UpdateTenantBody = z.infer<typeof updateTenantBody>;

export const suspendTenantBody = z
  .strictObject({ reason: z.string().max(500).nullish().meta({ description: 'For people.' }) })
  .nullish()
  .meta({ title: 'SuspendTenant', examples: [{ reason: 'Unpaid' }] });
export type SuspendTenantBody = z.infer<typeof suspendTenantBody>;

export const listTenantsQuery = z.strictObject({
  ...pageQuery,
  status: z
    .enum(['active', 'suspended'])
    .optional()
    .describe('true: only enabled webhooks. false: only disabled webhooks.'),
  q: z.string().min(3).max(200).optional().describe('Part of the id or the name; upper and lower case are the same.'),
});
export type ListTenantsQuery = z.infer<typeof listTenantsQuery>;
