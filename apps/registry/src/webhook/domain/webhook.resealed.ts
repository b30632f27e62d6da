import { webhookHeaderContext, webhookIdentityContext, webhookSecretContext } from '@signet/contracts';
import type { SealingKeys } from '@signet/signature';
import { HeaderSealing } from './webhook.header-sealing.ts';
import type { SettingsChanges, WebhookEvent } from './webhook.events.ts';

/** The types of facts that hold sealed texts, and of facts that remove them. */
export const SEALED_EVENT_TYPES = [
  'WebhookRegistered',
  'WebhookUpdated',
  'WebhookSecretRotated',
  'WebhookCertificateSet',
  'WebhookCertificateRemoved',
] as const;
export type SealedEvent = Extract<WebhookEvent, { type: (typeof SEALED_EVENT_TYPES)[number] }>;

/**
 * Seals every sealed text of a fact under the newest key, and also the credentials that an older version stored in
 * clear. The sealing is how a fact is stored and not part of it. Returns the same object where nothing changes.
 */
export class Resealing {
  /** Number of texts that were sealed again. */
  count = 0;
  private readonly headers: HeaderSealing;

  /** @param lost ids of keys that their owner has given up: texts that only they open stay as they are */
  constructor(
    private readonly sealing: SealingKeys,
    private readonly lost: readonly string[] = [],
  ) {
    this.headers = new HeaderSealing(sealing);
  }

  fact(webhookId: string, event: SealedEvent): SealedEvent {
    const before = this.count;
    const after = this.resealed(webhookId, event);
    return this.count === before ? event : after;
  }

  private resealed(id: string, event: SealedEvent): SealedEvent {
    switch (event.type) {
      case 'WebhookRegistered': {
        const settings = { ...event.data.settings, ...this.ofHeaders(id, event.data.settings) };
        return { ...event, data: { ...event.data, settings, sealedSecret: this.secret(id, event.data.sealedSecret) } };
      }
      case 'WebhookUpdated': {
        const changes = { ...event.data.changes, ...this.ofHeaders(id, event.data.changes) };
        return { ...event, data: { ...event.data, changes } };
      }
      case 'WebhookSecretRotated':
        return { ...event, data: { ...event.data, sealedSecret: this.secret(id, event.data.sealedSecret) } };
      case 'WebhookCertificateSet': {
        const sealedIdentity = this.text(event.data.sealedIdentity, webhookIdentityContext(id));
        return { ...event, data: { ...event.data, sealedIdentity } };
      }
      case 'WebhookCertificateRemoved':
        return event;
    }
  }

  private secret(webhookId: string, sealed: string): string {
    return this.text(sealed, webhookSecretContext(webhookId));
  }

  private ofHeaders<Sealed extends string | null>(
    webhookId: string,
    {
      headers,
      sealedHeaders = {},
    }: Pick<SettingsChanges, 'headers'> & { sealedHeaders?: Readonly<Record<string, Sealed>> },
  ) {
    if (headers === undefined) return {};
    const clear = this.headers.sealed(webhookId, headers);
    this.count += Object.keys(clear.sealedHeaders).length;
    const resealed = Object.entries<Sealed>(sealedHeaders).map(([name, sealed]) => [
      name,
      sealed === null ? null : this.text(sealed, webhookHeaderContext(webhookId, name)),
    ]);
    const all = { ...(Object.fromEntries(resealed) as Record<string, Sealed>), ...clear.sealedHeaders };
    return { headers: clear.headers, sealedHeaders: all as Record<string, Sealed> };
  }

  private text(sealed: string, context: string): string {
    const resealed = this.anew(sealed, context);
    if (resealed !== sealed) this.count += 1;
    return resealed;
  }

  private anew(sealed: string, context: string): string {
    try {
      return this.sealing.reseal(sealed, context);
    } catch (error) {
      const isLost = this.lost.some((keyId) => sealed.startsWith(`v1.${keyId}.`));
      if (isLost) return sealed;
      throw error;
    }
  }
}
