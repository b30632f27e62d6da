import { webhookIdentityContext } from '@signet/contracts';
import { ClientIdentity } from '@signet/egress';
import type { SealingKeys } from '@signet/signature';
import { z } from 'zod';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';

const content = z.object({ certificate: z.string(), key: z.string() });

/** Opens the webhook's client certificate and its key; undefined: the webhook has none. */
export function openClientIdentity(
  sealing: SealingKeys,
  { id, clientCertificate }: Pick<RoutedWebhook, 'id' | 'clientCertificate'>,
): ClientIdentity | undefined {
  if (!clientCertificate) return undefined;
  const { certificate, key } = content.parse(
    JSON.parse(sealing.open(clientCertificate.sealed, webhookIdentityContext(id))),
  );
  return new ClientIdentity(certificate, key);
}
