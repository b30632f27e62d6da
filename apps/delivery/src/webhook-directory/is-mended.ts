import type { WebhookSnapshot } from '@signet/contracts';

/** Whether a change touches what may make deliveries fail: where they go, with what, and signed how. */
export const isMended = (before: WebhookSnapshot, after: WebhookSnapshot): boolean =>
  before.url !== after.url ||
  JSON.stringify(before.headers) !== JSON.stringify(after.headers) ||
  JSON.stringify(before.sealedHeaders) !== JSON.stringify(after.sealedHeaders) ||
  before.secrets[0]?.sealed !== after.secrets[0]?.sealed ||
  before.clientCertificate?.fingerprint !== after.clientCertificate?.fingerprint;
