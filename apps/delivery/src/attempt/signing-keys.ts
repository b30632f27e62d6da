import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { webhookSecretContext } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { parseSecret } from '@signet/signature';
import type { SealingKeys } from '@signet/signature';
import { LRUCache } from 'lru-cache';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';

interface OpenedSecret {
  readonly key: KeyObject;
  readonly expiresAt: number;
}

/** Opened signing secrets of the webhooks to which deliveries were sent lately; all other secrets stay sealed. */
export class SigningKeys {
  private readonly opened = new LRUCache<string, { version: number; secrets: readonly OpenedSecret[] }>({
    max: 10_000,
  });

  constructor(
    private readonly sealing: SealingKeys,
    private readonly clock: Clock,
  ) {}

  /** Every secret that is valid now, newest first. During a rotation several are valid, and all of them sign. */
  live(webhook: RoutedWebhook): KeyObject[] {
    const now = this.clock().getTime();
    return this.open(webhook)
      .filter(({ expiresAt }) => expiresAt > now)
      .map(({ key }) => key);
  }

  private open(webhook: RoutedWebhook): readonly OpenedSecret[] {
    const known = this.opened.get(webhook.id);
    if (known && known.version === webhook.version) return known.secrets;
    const secrets = webhook.secrets.flatMap(({ sealed, expiresAt }, index) => {
      const secret = this.text(webhook.id, sealed, index === 0);
      const until = expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
      return secret === undefined ? [] : [{ key: createSecretKey(parseSecret(secret)), expiresAt: until }];
    });
    this.opened.set(webhook.id, { version: webhook.version, secrets });
    return secrets;
  }

  /**
   * A former secret whose sealing key is gone is left out. Without the newest secret nothing may be sent, so that error is
   * thrown.
   */
  private text(webhookId: string, sealed: string, isNewest: boolean): string | undefined {
    try {
      return this.sealing.open(sealed, webhookSecretContext(webhookId));
    } catch (error) {
      if (isNewest) throw error;
      return undefined;
    }
  }
}
