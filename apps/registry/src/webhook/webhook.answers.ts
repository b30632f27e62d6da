import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';

const instant = z.iso.datetime();

/** A webhook as the API shows it. Every field is always there. */
export const webhookAnswer = z.strictObject({
  id: z.uuid(),
  tenantId: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  url: z.string(),
  events: z.array(z.string()).readonly(),
  eventNames: z.array(z.string()).readonly().meta({ description: 'The events as people say them.' }),
  isActive: z.boolean().meta({ description: 'false: nothing is delivered.' }),
  disabledReason: z.enum(['manual', 'failing', 'gone']).nullable(),
  disabledDetail: z.string().nullable(),
  disabledAt: instant.nullable(),
  consecutiveFailures: z.int().min(0),
  alertedAt: instant.nullable().meta({ description: 'Since when it is said to be failing; null: it is not.' }),
  headers: z.record(z.string(), z.string()).meta({ description: 'A credential is shown as ***.' }),
  maxAttempts: z.int().nullable(),
  requestTimeoutMs: z.int().nullable(),
  rateLimitPerSecond: z.number().nullable(),
  ordering: z.enum(['none', 'subject']),
  legacySignatureHeader: z.string().nullable(),
  clientCertificate: z
    .strictObject({
      subject: z.string().meta({ example: 'O=Antwerp Jewels, CN=signet' }),
      issuer: z.string(),
      fingerprint: z.string().meta({ description: 'SHA-256, as openssl prints it.' }),
      expiresAt: instant,
    })
    .nullable()
    .meta({
      description: 'Shown to a receiver that asks who calls (mutual TLS). Neither it nor its key is shown here.',
    }),
  createdBy: z.string(),
  createdAt: instant,
  updatedAt: instant,
  version: z.int().min(1).meta({ description: 'The ETag, without its quotes.' }),
});

export const webhookDetailsAnswer = webhookAnswer.extend({
  tenantName: z.string().nullable(),
  lastSuccessAt: instant.nullable(),
  lastFailureAt: instant.nullable(),
});

export const registeredWebhookAnswer = webhookDetailsAnswer.extend({
  secret: z.string().meta({ description: 'Signs the deliveries; see GET /v1/webhooks/{id}/secret.' }),
});

export const webhookPageAnswer = pageAnswer(webhookDetailsAnswer);

export const secretsAnswer = z.strictObject({
  secret: z.string(),
  former: z.array(z.strictObject({ secret: z.string(), expiresAt: instant.nullable() })),
});

export const rotatedAnswer = z.strictObject({
  secret: z.string(),
  overlapUntil: instant.nullable().meta({ description: 'Until when the former ones sign; null: they stopped.' }),
});

export const testAnswer = z.strictObject({
  deliveryId: z.uuid().meta({ description: 'Read it at GET /v1/deliveries/{id}.' }),
  eventId: z.uuid().meta({ description: 'The webhook-id that the receiver sees.' }),
});

const historyEntry = z.strictObject({
  version: z.int().min(1),
  type: z.string().meta({ description: 'The name of the fact.', example: 'WebhookDisabled' }),
  summary: z.string(),
  at: instant,
  actor: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export const historyPageAnswer = pageAnswer(historyEntry);
export const historyAnswer = z.union([historyPageAnswer, webhookAnswer]);

const ID = '01a20a03-6a9d-799e-8f18-38d27e479d8e';
const AT = '2026-11-23T20:05:26.164Z';

export const webhookExample = {
  id: ID,
  tenantId: 'antwerp-jewels',
  name: 'Accounting',
  description: null,
  url: 'https://shop.example/hooks',
  events: ['sale.created'],
  eventNames: ['Sale Created'],
  isActive: true,
  disabledReason: null,
  disabledDetail: null,
  disabledAt: null,
  consecutiveFailures: 0,
  alertedAt: null,
  headers: {},
  maxAttempts: null,
  requestTimeoutMs: null,
  rateLimitPerSecond: null,
  ordering: 'none',
  legacySignatureHeader: null,
  clientCertificate: null,
  createdBy: 'Till (01a20a03-68f7-799e-8f18-18574b0d10a1)',
  createdAt: AT,
  updatedAt: AT,
  version: 1,
  tenantName: 'Antwerp Jewels',
  lastSuccessAt: null,
  lastFailureAt: null,
} satisfies z.infer<typeof webhookDetailsAnswer>;

/** The first example secret of Standard Webhooks; nobody's. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export const registeredExample = { ...webhookExample, secret: SECRET };
export const secretsExample = { secret: SECRET, former: [] };
export const rotatedExample = { secret: SECRET, overlapUntil: AT };
export const historyExample = {
  data: [
    { version: 1, type: 'WebhookRegistered', summary: 'Registered as "Accounting".', at: AT, actor: 'Till', data: {} },
  ],
  nextCursor: null,
};
export const testExample = { deliveryId: ID, eventId: ID };
