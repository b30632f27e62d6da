import { ROLES } from '@signet/contracts';
import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';

/** A key, shown by its prefix: neither the key itself, which Signet does not store, nor its hash. */
export const apiKeyAnswer = z
  .strictObject({
    id: z.uuid(),
    tenantId: z.string().nullable().meta({ description: 'null: the key belongs to no tenant.' }),
    name: z.string(),
    role: z.enum(ROLES),
    eventTypes: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Event types that the producer may send; null: all.' }),
    tenants: z.array(z.string()).nullable().meta({
      description: 'Tenants that a producer without a tenant of its own may send for; null: all.',
    }),
    prefix: z.string().meta({ description: 'The first characters of the key, by which people tell keys apart.' }),
    createdBy: z.string().meta({ description: 'The key that created it: its name and id.' }),
    createdAt: z.iso.datetime(),
  })
  .meta({ title: 'ApiKey' });
export const apiKeyPageAnswer = pageAnswer(apiKeyAnswer);
export const createdApiKeyAnswer = apiKeyAnswer
  .extend({
    key: z.string().meta({ description: 'Shown only in this response.' }),
  })
  .meta({ title: 'CreatedApiKey' });

export const apiKeyExample = {
  id: '01a20a03-68f7-799e-8f18-18574b0d10a1',
  tenantId: 'antwerp-jewels',
  name: 'Till',
  role: 'tenant',
  eventTypes: null,
  tenants: null,
  prefix: 'sgn_tn_iZRYl',
  createdBy: 'First operator key (4bfc6d9d-a07f-5f01-8eb3-55bb1cd63ec6)',
  createdAt: '2026-11-23T20:05:26.164Z',
} satisfies z.infer<typeof apiKeyAnswer>;

export const operatorKeyExample = {
  ...apiKeyExample,
  tenantId: null,
  name: 'Olga',
  role: 'operator',
  prefix: 'sgn_op_Vb31T',
} satisfies z.infer<typeof apiKeyAnswer>;
