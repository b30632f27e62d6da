import type { WebhookSnapshot } from '@signet/contracts';
import { webhookHeaderContext, webhookIdentityContext, webhookSecretContext } from '@signet/contracts';
import type { SealingKeys } from '@signet/signature';

/**
 * The reason why nothing can be delivered to a webhook: a secret part that each of its requests needs was sealed with a key that we do
 * not have. undefined when all parts open. Former secrets are not checked, since the newest one signs without them.
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
