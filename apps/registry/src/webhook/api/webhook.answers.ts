import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';

const instant = z.iso.datetime();

/** The groups in which the fields of a webhook are shown to people; `x-group` in the OpenAPI document. */
export const WEBHOOK_GROUPS = ['basic information', 'configuration', 'security', 'status', 'metadata'] as const;

const fieldIn =
  (group: (typeof WEBHOOK_GROUPS)[number]) =>
  <Schema extends z.ZodType>(schema: Schema, description: string): Schema =>
    schema.meta({ description, 'x-group': group });
const [basic, configuration, security, status, metadata] = [
  fieldIn('basic information'),
  fieldIn('configuration'),
  fieldIn('security'),
  fieldIn('status'),
  fieldIn('metadata'),
];

const clientCertificate = z.strictObject({
  subject: z.string().meta({ example: 'O=Antwerp Jewels, CN=signet' }),
  issuer: z.string(),
  fingerprint: z.string().meta({ description: 'SHA-256, as openssl prints it.' }),
  expiresAt: instant,
});

/** A webhook as the API shows it. Every field is always there. */
export const webhookAnswer = z
  .strictObject({
    id: basic(z.uuid(), 'Given by Signet.'),
    tenantId: basic(z.string(), 'The tenant that owns it.'),
    name: basic(z.string(), 'For people.'),
    description: basic(z.string().nullable(), 'For people.'),
    url: basic(z.string(), 'Where deliveries go.'),
    events: configuration(z.array(z.string()).readonly(), 'Event types that are delivered.'),
    eventNames: configuration(
      z.array(z.string()).readonly(),
      'The names of these event types for people, in the same order.',
    ),
    isActive: status(z.boolean(), 'false: nothing is delivered.'),
    disabledReason: status(
      z.enum(['manual', 'failing', 'gone']).nullable(),
      'manual: a user disabled it; failing: too many failures in a row; gone: the receiver answered 410.',
    ),
    disabledDetail: status(z.string().nullable(), 'Why it is disabled, for people.'),
    disabledAt: status(instant.nullable(), 'Since when it is disabled.'),
    consecutiveFailures: status(z.int().min(0), 'Failures in a row; a success sets it to 0.'),
    alertedAt: status(instant.nullable(), 'Since when the webhook counts as failing; null: it does not.'),
    headers: configuration(z.record(z.string(), z.string()), 'Added to each request; a credential is shown as ***.'),
    maxAttempts: configuration(z.int().nullable(), 'Per delivery; null: the default.'),
    requestTimeoutMs: configuration(z.int().nullable(), 'Milliseconds; null: the default.'),
    rateLimitPerSecond: configuration(z.number().nullable(), 'Requests a second at most; null: no limit.'),
    ordering: configuration(z.enum(['none', 'subject']), 'subject: in order for each object.'),
    legacySignatureHeader: security(z.string().nullable(), 'One more header with the hex HMAC-SHA256 of the body.'),
    clientCertificate: security(
      clientCertificate.nullable(),
      'Sent to a receiver that asks for a client certificate (mutual TLS). The certificate itself and its key are not shown here.',
    ),
    createdBy: metadata(z.string(), 'The key that registered it: its name and id.'),
    createdAt: metadata(instant, 'When it was registered.'),
    updatedAt: metadata(instant, 'When any part of the webhook last changed, including its failures in a row.'),
    version: metadata(z.int().min(1), 'The ETag, without its quotes.'),
  })
  .meta({ title: 'WebhookState' });

export const webhookDetailsAnswer = webhookAnswer
  .extend({
    summary: status(z.string(), 'The state of the webhook, in a sentence for people.'),
    tenantName: basic(z.string().nullable(), 'Name of the tenant that owns it.'),
    lastSuccessAt: status(instant.nullable(), 'When a delivery last arrived.'),
    lastFailureAt: status(instant.nullable(), 'When an attempt last failed.'),
  })
  .meta({ title: 'Webhook' });

export const registeredWebhookAnswer = webhookDetailsAnswer
  .extend({
    secret: security(z.string(), 'Signs the deliveries; see GET /v1/webhooks/{id}/secret.'),
  })
  .meta({ title: 'CreatedWebhook' });

export const webhookPageAnswer = pageAnswer(webhookDetailsAnswer);

export const secretsAnswer = z
  .strictObject({
    secret: z.string().meta({ description: 'The newest secret.' }),
    former: z
      .array(z.strictObject({ secret: z.string(), expiresAt: instant.nullable() }))
      .meta({ description: 'The older secrets that still sign beside the newest one, and until when.' }),
  })
  .meta({ title: 'WebhookSecrets' });

export const rotatedAnswer = z
  .strictObject({
    secret: z.string(),
    overlapUntil: instant
      .nullable()
      .meta({ description: 'Until when the former secrets sign; null: they no longer sign.' }),
  })
  .meta({ title: 'RotatedSecret' });

export const testAnswer = z
  .strictObject({
    deliveryId: z.uuid().meta({ description: 'Read it at GET /v1/deliveries/{id}.' }),
    eventId: z.uuid().meta({ description: 'The webhook-id that the receiver sees.' }),
  })
  .meta({ title: 'TestRequested' });

const historyEntry = z
  .strictObject({
    version: z.int().min(1).meta({ description: 'The version of the webhook after this fact.' }),
    type: z.string().meta({ description: 'The name of the fact.', example: 'WebhookDisabled' }),
    summary: z.string().meta({ description: 'A sentence for people.' }),
    at: instant,
    actor: z.string().meta({ description: 'The key that asked for it: its name and id; `signet` by itself.' }),
    data: z.record(z.string(), z.unknown()).meta({ description: 'The data of the fact, without secrets.' }),
  })
  .meta({ title: 'WebhookHistoryEntry' });
export const historyPageAnswer = pageAnswer(historyEntry);
export const historyAnswer = z.union([historyPageAnswer, webhookAnswer]).meta({ title: 'WebhookHistory' });

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
  summary: 'Active; nothing has been delivered yet.',
  tenantName: 'Antwerp Jewels',
  lastSuccessAt: null,
  lastFailureAt: null,
} satisfies z.infer<typeof webhookDetailsAnswer>;

export const disabledExample = {
  ...webhookExample,
  isActive: false,
  disabledReason: 'manual',
  disabledDetail: 'Moving to another host',
  disabledAt: AT,
  version: 2,
  summary: `Disabled by hand since ${AT}: Moving to another host.`,
} satisfies z.infer<typeof webhookDetailsAnswer>;

/** The first example secret of Standard Webhooks; no webhook uses it. */
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
