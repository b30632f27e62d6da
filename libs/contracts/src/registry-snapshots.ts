import { z } from 'zod';

/** Present state of a webhook on `registry.webhooks.v1`. A deleted webhook is a tombstone. */
export const webhookSnapshot = z.object({
  id: z.uuid(),
  tenantId: z.string(),
  name: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  isActive: z.boolean(),
  /** Static headers that the tenant adds to each request. */
  headers: z.record(z.string(), z.string()),
  /** More of them, whose values are credentials: each sealed. Missing in older records: there are none. */
  sealedHeaders: z.record(z.string(), z.string()).nullish(),
  /** null: the service's default. */
  maxAttempts: z.int().positive().nullable(),
  requestTimeoutMs: z.int().positive().nullable(),
  rateLimitPerSecond: z.number().positive().nullable(),
  ordering: z.enum(['none', 'subject']),
  /** Name of one more header that carries the hex HMAC-SHA256 of the body; null, or missing in older records: none. */
  legacySignatureHeader: z.string().nullish(),
  /** What is shown to a receiver that asks for a client certificate; null, or missing in older records: nothing. */
  clientCertificate: z
    .object({
      /** JSON of `{certificate, key}`, opened with the sealing keys only where a request is sent. */
      sealed: z.string(),
      fingerprint: z.string(),
    })
    .nullish(),
  /** Every secret that signs, newest first; `sealed` is opened with the sealing keys only where a request is signed. */
  secrets: z.array(z.object({ sealed: z.string(), expiresAt: z.iso.datetime().nullable() })).min(1),
  /**
   * Version of the webhook's stream that this snapshot shows. A reader keeps the highest, and of two that are alike the
   * later: it is the same webhook with what is sealed of it resealed.
   */
  version: z.int().nonnegative(),
});
export type WebhookSnapshot = z.infer<typeof webhookSnapshot>;

/** Present state of a tenant on `registry.tenants.v1`. */
export const tenantSnapshot = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['active', 'suspended']),
  version: z.int().nonnegative(),
});
export type TenantSnapshot = z.infer<typeof tenantSnapshot>;

export const ROLES = ['operator', 'tenant', 'producer'] as const;
export type Role = (typeof ROLES)[number];

/** A live API key on `registry.api-keys.v1`, keyed by its id. A revoked key is a tombstone. */
export const apiKeySnapshot = z.object({
  id: z.uuid(),
  /** null for the operator's keys, which belong to no tenant. */
  tenantId: z.string().nullable(),
  name: z.string(),
  role: z.enum(ROLES),
  /** SHA-256 of the key, lower-case hex. */
  hash: z.string().length(64),
  /** Event types that a producer's key may send; null, or missing in older records: all. */
  eventTypes: z.array(z.string()).nullish(),
  /** Tenants that the key of a producer without a tenant may send for; null, or missing in older records: all. */
  tenants: z.array(z.string()).nullish(),
  version: z.int().nonnegative(),
});
export type ApiKeySnapshot = z.infer<typeof apiKeySnapshot>;
