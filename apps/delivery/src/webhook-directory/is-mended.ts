import type { WebhookSnapshot } from '@signet/contracts';

/**
 * Whether a change may have repaired a failing webhook: it touches the URL, the headers or certificate, or the signature. If
 * that is wrong, one probe fails.
 */
export const isMended = (before: WebhookSnapshot, after: WebhookSnapshot): boolean =>
  before.url !== after.url ||
  JSON.stringify(before.headers) !== JSON.stringify(after.headers) ||
  JSON.stringify(before.sealedHeaders) !== JSON.stringify(after.sealedHeaders) ||
  before.secrets[0]?.sealed !== after.secrets[0]?.sealed ||
  before.clientCertificate?.fingerprint !== after.clientCertificate?.fingerprint;
