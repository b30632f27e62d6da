import { webhookHeaderContext } from '@signet/contracts';
import type { SealingKeys } from '@signet/signature';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';

/** Opens the values of the webhook's static headers that are credentials. */
export const openHeaderCredentials = (
  sealing: SealingKeys,
  { id, sealedHeaders }: Pick<RoutedWebhook, 'id' | 'sealedHeaders'>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(sealedHeaders ?? {}).map(([name, sealed]) => [
      name,
      sealing.open(sealed, webhookHeaderContext(id, name)),
    ]),
  );
