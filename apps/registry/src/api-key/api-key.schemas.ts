import { z } from 'zod';
import { displayName } from '../tenant/tenant.schemas.ts';

export const createTenantKeyBody = z.strictObject({
  name: displayName,
  role: z.enum(['tenant', 'producer']).meta({
    description: '`tenant`: its webhooks and deliveries. `producer`: posts its events.',
  }),
});
export type CreateTenantKeyBody = z.infer<typeof createTenantKeyBody>;

export const createOperatorKeyBody = z.strictObject({ name: displayName });
export type CreateOperatorKeyBody = z.infer<typeof createOperatorKeyBody>;
