import { ROLES } from '@signet/contracts';
import { z } from 'zod';

/** Who is signed in. The token of the session is in the cookie only. */
export const sessionAnswer = z
  .strictObject({
    keyId: z.uuid().meta({ description: 'Id of the API key with which the caller has signed in.' }),
    keyName: z.string(),
    keyPrefix: z.string().meta({ description: 'The first characters of this key.' }),
    role: z.enum(ROLES),
    tenantId: z.string().nullable().meta({ description: 'null: an operator, who belongs to no tenant.' }),
    expiresAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'When the session ends; null: the request has the API key itself, and no session.' }),
  })
  .meta({ title: 'Session' });

export const sessionExample = {
  keyId: '01a20a03-68f7-799e-8f18-18574b0d10a1',
  keyName: 'Back office',
  keyPrefix: 'sgn_tn_iZRYl',
  role: 'tenant',
  tenantId: 'antwerp-jewels',
  expiresAt: '2026-11-24T08:05:26.164Z',
} satisfies z.infer<typeof sessionAnswer>;
