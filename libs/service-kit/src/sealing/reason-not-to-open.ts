import type { WebhookSnapshot } from '@signet/contracts';
import { webhookHeaderContext, webhookIdentityContext, webhookSecretContext } from '@signet/contracts';
import type { SealingKeys } from '@signet/signature';

/**
 * Why nothing can be delivered to a webhook: something that each of its requests needs was sealed by a key that is not ours.
 * undefined when all of it opens. A former secret is not looked at, since the newest one signs without it.
 *
 * @returns a sentence that names the sealing key
 */
export function reasonNotToOpen(
  { id, secrets, sealedHeaders, clientCertificate }: WebhookSnapshot,
  sealing: SealingKeys,
): string | undefined {
  const sealed: [string, string][] = secrets.slice(0, 1).map((secret) => [secret.sealed, webhookSecretContext(id)]);
  for (const [name, text] of Object.entries(sealedHeaders ?? {})) sealed.push([text, webhookHeaderContext(id, name)]);
  if (clientCertificate) sealed.push([clientCertificate.sealed, webhookIdentityContext(id)]);
  for (const [text, context] of sealed) {
    try {
      sealing.open(text, context);
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
}
