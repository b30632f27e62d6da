import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { webhookSecretContext } from '@signet/contracts';
import { parseSecret } from '@signet/signature';
import type { SealingKeys } from '@signet/signature';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';

export interface SigningSecret {
  readonly key: KeyObject;
  /** Milliseconds since the epoch; infinite for the newest one. */
  readonly expiresAt: number;
}

/**
 * Opens the webhook's signing secrets, newest first. A former secret whose sealing key is gone is left out. Without the newest
 * one nothing may be sent, so that error is thrown.
 */
export function openSigningSecrets(
  sealing: SealingKeys,
  { id, secrets }: Pick<RoutedWebhook, 'id' | 'secrets'>,
): SigningSecret[] {
  return secrets.flatMap(({ sealed, expiresAt }, index) => {
    const secret = opened(() => sealing.open(sealed, webhookSecretContext(id)), index === 0);
    const until = expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
    return secret === undefined ? [] : [{ key: createSecretKey(parseSecret(secret)), expiresAt: until }];
  });
}

function opened(open: () => string, isNewest: boolean): string | undefined {
  try {
    return open();
  } catch (error) {
    if (isNewest) throw error;
    return undefined;
  }
}
