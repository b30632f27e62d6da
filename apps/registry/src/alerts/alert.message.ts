import type { CanonicalMessage } from '@signet/contracts';
import { canonicalHeaders, canonicalKey } from '@signet/contracts';
import type { Alert } from './alert.ts';

/** Source of the messages that the registry itself sends. */
export const REGISTRY_SOURCE = '/signet/registry';

/** The record of an alert on `ingestion.webhook.v1`: CloudEvents 1.0, binary mode; its subject is the webhook that it is about. */
export function alertRecord({ id, type, tenantId, webhookId, at, data }: Alert) {
  const message: CanonicalMessage = {
    id,
    source: REGISTRY_SOURCE,
    type,
    time: at,
    subject: webhookId,
    tenantId,
    traceparent: undefined,
    data: Buffer.from(JSON.stringify(data)),
  };
  return { key: canonicalKey(message), value: message.data, headers: canonicalHeaders(message) };
}
