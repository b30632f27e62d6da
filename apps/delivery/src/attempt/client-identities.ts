import { webhookIdentityContext } from '@signet/contracts';
import { ClientIdentity } from '@signet/egress';
import type { SealingKeys } from '@signet/signature';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';

const opened = z.object({ certificate: z.string(), key: z.string() });

/**
 * Opened client certificates of the webhooks to which deliveries were sent lately. A webhook keeps its `ClientIdentity`
 * object as long as its certificate stays the same, since each new object needs new connections.
 */
export class ClientIdentities {
  private readonly known = new LRUCache<string, { fingerprint: string; identity: ClientIdentity }>({ max: 10_000 });

  constructor(private readonly sealing: SealingKeys) {}

  /** undefined: the webhook has no client certificate. */
  of({ id, clientCertificate }: RoutedWebhook): ClientIdentity | undefined {
    if (!clientCertificate) return undefined;
    const { sealed, fingerprint } = clientCertificate;
    const known = this.known.get(id);
    if (known?.fingerprint === fingerprint) return known.identity;
    const { certificate, key } = opened.parse(JSON.parse(this.sealing.open(sealed, webhookIdentityContext(id))));
    const identity = new ClientIdentity(certificate, key);
    this.known.set(id, { fingerprint, identity });
    return identity;
  }
}
