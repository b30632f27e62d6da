import { webhookHeaderContext } from '@signet/contracts';
import type { SealingKeys } from '@signet/signature';
import { LRUCache } from 'lru-cache';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';

type Texts = Readonly<Record<string, string>>;
const NONE: Texts = {};

/** Opened values of static headers that are credentials, for the webhooks to which deliveries were sent lately. */
export class HeaderCredentials {
  private readonly opened = new LRUCache<string, { version: number; headers: Texts }>({ max: 10_000 });

  constructor(private readonly sealing: SealingKeys) {}

  of({ id, version, sealedHeaders }: RoutedWebhook): Texts {
    if (sealedHeaders == null || Object.keys(sealedHeaders).length === 0) return NONE;
    const known = this.opened.get(id);
    if (known?.version === version) return known.headers;
    const entries = Object.entries(sealedHeaders).map(([name, sealed]) => [
      name,
      this.sealing.open(sealed, webhookHeaderContext(id, name)),
    ]);
    const headers = Object.fromEntries(entries) as Texts;
    this.opened.set(id, { version, headers });
    return headers;
  }
}
