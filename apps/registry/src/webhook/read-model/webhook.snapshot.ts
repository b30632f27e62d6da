import type { WebhookSnapshot } from '@signet/contracts';
import type { WebhookRow } from './webhook.row.ts';

/** A webhook as the other services know it, with its secrets sealed. */
export const snapshotOf = (row: WebhookRow): WebhookSnapshot => ({
  id: row.id,
  tenantId: row.tenantId,
  name: row.name,
  url: row.url,
  events: [...row.events],
  isActive: row.isActive,
  headers: row.headers,
  sealedHeaders: row.sealedHeaders,
  maxAttempts: row.maxAttempts,
  requestTimeoutMs: row.requestTimeoutMs,
  rateLimitPerSecond: row.rateLimitPerSecond,
  ordering: row.ordering,
  legacySignatureHeader: row.legacySignatureHeader,
  clientCertificate: row.clientCertificate && {
    sealed: row.clientCertificate.sealed,
    fingerprint: row.clientCertificate.fingerprint,
  },
  secrets: [...row.secrets],
  activeSince: row.activeSince?.toISOString() ?? null,
  replayMissed: row.replayMissed && { ...row.replayMissed, registeredAt: row.createdAt.toISOString() },
  version: row.version,
});
