import { z } from 'zod';

/** Present state of a webhook on `registry.webhooks.v1`. A deleted webhook is a tombstone. */
export const webhookSnapshot = z
  .object({
    id: z.uuid().describe('The key of the record.'),
    tenantId: z.string(),
    name: z.string(),
    url: z.string(),
    events: z.array(z.string()).describe('Event types that it is subscribed to.'),
    isActive: z.boolean(),
    headers: z.record(z.string(), z.string()).describe('Static headers that the tenant adds to each request.'),
    sealedHeaders: z
      .record(z.string(), z.string())
      .nullish()
      .describe('More of them, whose values are credentials: each sealed. Missing in older records: there are none.'),
    maxAttempts: z.int().positive().nullable().describe("null: the service's default."),
    requestTimeoutMs: z.int().positive().nullable().describe("null: the service's default."),
    rateLimitPerSecond: z.number().positive().nullable().describe('null: none.'),
    ordering: z.enum(['none', 'subject']),
    legacySignatureHeader: z
      .string()
      .nullish()
      .describe(
        'Name of one more header with the hex HMAC-SHA256 of the body; null, or missing in older records: none.',
      ),
    clientCertificate: z
      .object({
        sealed: z
          .string()
          .describe('JSON of `{certificate, key}`, opened with the sealing keys only where a request is sent.'),
        fingerprint: z.string(),
      })
      .nullish()
      .describe('Shown to a receiver that asks for one; null, or missing in older records: nothing.'),
    secrets: z
      .array(
        z.object({
          sealed: z.string().describe('Opened with the sealing keys only where a request is signed.'),
          expiresAt: z.iso.datetime().nullable(),
        }),
      )
      .min(1)
      .describe('Every secret that signs, newest first.'),
    activeSince: z.iso
      .datetime()
      .nullish()
      .describe(
        'When the webhook was last registered or enabled; it stays while the webhook is disabled. Failures before it count no more. null, or missing in older records: not known.',
      ),
    replayMissed: z
      .object({
        since: z.iso.datetime().describe('When the webhook was disabled.'),
        until: z.iso.datetime().describe('When it was enabled again.'),
        registeredAt: z.iso.datetime().describe('When the webhook was registered: nothing older was missed.'),
        requestedBy: z.string().describe('Id of the API key that asked for the replay.'),
      })
      .nullish()
      .describe(
        'The replay that was asked for when the webhook was last enabled: delivery makes it once. null, or missing in older records: none.',
      ),
    version: z
      .int()
      .nonnegative()
      .describe(
        "Version of the webhook's stream that this snapshot shows. A reader keeps the highest, and of two that are alike the later: it is the same webhook with what is sealed of it resealed.",
      ),
  })
  .meta({
    title: 'Webhook',
    description: 'The present state of a webhook, what is secret of it sealed.',
    examples: [
      {
        id: '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11',
        tenantId: 'antwerp',
        name: 'Orders to the ERP',
        url: 'https://erp.example/hooks/signet',
        events: ['sale.created', 'sale.refunded'],
        isActive: true,
        headers: { 'x-shop': 'antwerp' },
        maxAttempts: null,
        requestTimeoutMs: null,
        rateLimitPerSecond: null,
        ordering: 'none',
        legacySignatureHeader: null,
        clientCertificate: null,
        secrets: [{ sealed: 'v1.2026.c2VhbGVk', expiresAt: null }],
        activeSince: '2026-03-01T10:00:00.000Z',
        version: 1,
      },
    ],
  });
export type WebhookSnapshot = z.infer<typeof webhookSnapshot>;

/** Present state of a tenant on `registry.tenants.v1`. */
export const tenantSnapshot = z
  .object({
    id: z.string().describe('The key of the record.'),
    name: z.string(),
    status: z.enum(['active', 'suspended']),
    version: z.int().nonnegative().describe('A reader keeps the highest.'),
  })
  .meta({
    title: 'Tenant',
    description: 'The present state of a tenant.',
    examples: [{ id: 'antwerp', name: 'Antwerp', status: 'active', version: 1 }],
  });
export type TenantSnapshot = z.infer<typeof tenantSnapshot>;

export const ROLES = ['operator', 'tenant', 'producer'] as const;
export type Role = (typeof ROLES)[number];

/** A live API key on `registry.api-keys.v1`, keyed by its id. A revoked key is a tombstone. */
export const apiKeySnapshot = z
  .object({
    id: z.uuid().describe('The key of the record.'),
    tenantId: z.string().nullable().describe("null for the operator's keys, which belong to no tenant."),
    name: z.string(),
    role: z.enum(ROLES),
    hash: z.string().length(64).describe('SHA-256 of the key, lower-case hex.'),
    eventTypes: z
      .array(z.string())
      .nullish()
      .describe("Event types that a producer's key may send; null, or missing in older records: all."),
    tenants: z
      .array(z.string())
      .nullish()
      .describe(
        'Tenants that the key of a producer without a tenant may send for; null, or missing in older records: all.',
      ),
    sessions: z
      .array(
        z.object({
          hash: z.string().length(64).describe("SHA-256 of the session's token, lower-case hex."),
          expiresAt: z.iso.datetime().describe('A reader does not accept the session from then on.'),
        }),
      )
      .nullish()
      .describe('Browsers that are signed in with the key; null, or missing: none. They end with the key.'),
    version: z
      .int()
      .nonnegative()
      .describe('A reader keeps the highest, and of two that are alike the later: its sessions have changed.'),
  })
  .meta({
    title: 'API key',
    description: 'A live API key, as a hash.',
    examples: [
      {
        id: '0199f3a2-7a00-7d11-8c3e-4b1f2a9c5d60',
        tenantId: 'antwerp',
        name: 'The tills',
        role: 'producer',
        hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        eventTypes: ['sale.created'],
        tenants: null,
        version: 1,
      },
    ],
  });
export type ApiKeySnapshot = z.infer<typeof apiKeySnapshot>;
