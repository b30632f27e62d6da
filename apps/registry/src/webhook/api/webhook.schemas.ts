import { pageQuery, tenantId, tenantQuery, time } from '@signet/service-kit';
import { z } from 'zod';
import { displayName } from '../../tenant/tenant.schemas.ts';

const description = z.string().max(2000).nullable().meta({ description: 'For people.' });
const url = z.string().min(1).max(2048).meta({
  description: 'Deliveries go to this URL. A URL that the egress guard would never allow is refused.',
  example: 'https://shop.example/hooks',
});
const events = z
  .array(z.string())
  .min(1)
  .meta({ description: 'Event types, each once; see GET /v1/event-types.', example: ['sale.created'] });
const headers = z.record(z.string(), z.string()).meta({
  description:
    'Added to each request. Names that HTTP or Signet uses itself are refused. A credential (by its name, such as ' +
    'authorization or x-api-key, or a value such as Bearer …) is sealed, and shown as ***; *** in a change leaves it as it is.',
  example: { 'x-shop': '12' },
});
const maxAttempts = z.int().min(1).max(20).nullable().meta({ description: 'Per delivery; null: the default.' });
const requestTimeoutMs = z.int().min(1000).max(30_000).nullable().meta({
  description: 'Milliseconds for connecting, headers and body together; null: the default.',
});
const rateLimitPerSecond = z.number().positive().max(10_000).nullable().meta({
  description: 'Requests a second at most; null: no limit.',
});
const ordering = z.enum(['none', 'subject']).meta({
  description: '`subject`: what happened to one object is delivered in order, one after the other.',
});
const legacySignatureHeader = z
  .string()
  .nullable()
  .meta({
    description:
      'Name of one more header that carries the hex HMAC-SHA256 of the body, by the newest secret; for receivers that ' +
      'do not verify the signatures of Standard Webhooks yet. null: none.',
    example: 'x-shop-signature',
  });
const pem = (description: string) => z.string().min(1).max(65_536).meta({ description });
const clientCertificate = z
  .strictObject({
    certificate: pem(
      'PEM: the certificate, followed by the intermediate certificates up to its root; at most 5 in all.',
    ),
    key: pem('PEM: its private key, without a passphrase. Never shown again.'),
  })
  .nullable()
  .meta({
    description:
      'Sent to a receiver that asks for a client certificate (mutual TLS); the URL must begin with https. null: none.',
  });
const secret = z.string().max(512).meta({
  description: 'Your own signing secret: `whsec_` + base64 of 24–64 bytes, or 32–256 printable characters.',
});
export const createWebhookBody = z
  .strictObject({
    tenantId: tenantId.optional().meta({
      description: "Required with an operator's key; with a tenant's key the webhook belongs to the tenant of the key.",
    }),
    name: displayName,
    url,
    events,
    description: description.optional(),
    secret: secret.optional(),
    headers: headers.optional(),
    maxAttempts: maxAttempts.optional(),
    requestTimeoutMs: requestTimeoutMs.optional(),
    rateLimitPerSecond: rateLimitPerSecond.optional(),
    ordering: ordering.optional(),
    legacySignatureHeader: legacySignatureHeader.optional(),
    clientCertificate: clientCertificate.optional(),
  })
  .meta({
    title: 'CreateWebhook',
    examples: [
      { name: 'Accounting', url: 'https://shop.example/hooks', events: ['sale.created', 'sale.refunded'] },
      {
        name: 'Stock',
        description: 'For the warehouse',
        url: 'https://stock.example/in?source=signet',
        events: ['inventory.low_stock'],
        headers: { 'x-shop': '12' },
        maxAttempts: 10,
        requestTimeoutMs: 5_000,
        rateLimitPerSecond: 20,
        ordering: 'subject',
      },
    ],
  });
export type CreateWebhookBody = z.infer<typeof createWebhookBody>;

export const updateWebhookBody = z
  .strictObject({
    name: displayName.optional(),
    url: url.optional(),
    events: events.optional(),
    description: description.optional(),
    headers: headers.optional(),
    maxAttempts: maxAttempts.optional(),
    requestTimeoutMs: requestTimeoutMs.optional(),
    rateLimitPerSecond: rateLimitPerSecond.optional(),
    ordering: ordering.optional(),
    legacySignatureHeader: legacySignatureHeader.optional(),
    clientCertificate: clientCertificate.optional(),
  })
  .meta({ title: 'UpdateWebhook', examples: [{ description: 'For the books', maxAttempts: null }] });
export type UpdateWebhookBody = z.infer<typeof updateWebhookBody>;

export const enableBody = z
  .strictObject({
    replay: z.enum(['missed']).optional().meta({
      description:
        'missed: delivery also replays what the webhook missed while it was disabled, as a replay with `status` missed would; see GET /v1/replays.',
    }),
  })
  .nullish()
  .meta({ title: 'EnableWebhook', examples: [{ replay: 'missed' }] });
export type EnableBody = z.infer<typeof enableBody>;

export const disableBody = z
  .strictObject({ reason: z.string().max(500).nullish().meta({ description: 'For people: why it is disabled.' }) })
  .nullish()
  .meta({ title: 'DisableWebhook', examples: [{ reason: 'Moving to another host' }] });
export type DisableBody = z.infer<typeof disableBody>;

export const rotateBody = z
  .strictObject({
    secret: secret.optional(),
    overlapHours: z.number().min(0).max(168).optional().meta({
      description: 'How long the former secrets go on signing beside the new one (24); 0: they stop at once.',
    }),
  })
  .nullish()
  .meta({ title: 'RotateSecret', examples: [{ overlapHours: 24 }] });
export type RotateBody = z.infer<typeof rotateBody>;

export const testBody = z
  .strictObject({ eventType: z.string().meta({ description: 'The event type whose example is sent.' }) })
  .meta({ title: 'TestWebhook', examples: [{ eventType: 'sale.created' }] });
export type TestBody = z.infer<typeof testBody>;

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const listWebhooksQuery = z.strictObject({
  ...pageQuery,
  ...tenantQuery,
  active: flag.optional().describe('true: only enabled webhooks. false: only disabled webhooks.'),
  event: z.string().optional().describe('Only webhooks that are subscribed to this event type.'),
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      "Part of name, URL or description, in any case; over all tenants also of the tenant's id or name, and of 3 characters or more.",
    ),
  createdAfter: time.optional().describe('Registered at or after this time.'),
  createdBefore: time.optional().describe('Registered before this time.'),
  lastFailureAfter: time.optional().describe('Last failed at or after this time.'),
  lastFailureBefore: time.optional().describe('Last failed before this time.'),
  lastSuccessAfter: time.optional().describe('Last succeeded at or after this time.'),
  lastSuccessBefore: time.optional().describe('Last succeeded before this time.'),
});
export type ListWebhooksQuery = z.infer<typeof listWebhooksQuery>;

export const historyQuery = z.strictObject({
  ...pageQuery,
  at: time.optional().describe('Returns the webhook as it was at this time instead of the facts.'),
});
export type HistoryQuery = z.infer<typeof historyQuery>;
