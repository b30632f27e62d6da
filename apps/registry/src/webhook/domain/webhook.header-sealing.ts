import { isCredentialHeader, MASKED, webhookHeaderContext } from '@signet/contracts';
import type { SealingKeys } from '@signet/signature';
import type { AskedCredential } from './webhook.credentials.ts';
import { underName } from './webhook.credentials.ts';
import type { WebhookSettings } from './webhook.events.ts';
import type { AskedSettings } from '../api/webhook.input.ts';
import type { WebhookRow } from '../read-model/webhook.row.ts';

type Texts = Readonly<Record<string, string>>;

/** Divides the headers of a tenant into those that may be shown and those whose values are credentials. */
export class HeaderSealing {
  constructor(private readonly sealing: SealingKeys) {}

  sealed(webhookId: string, headers: Texts): Pick<WebhookSettings, 'headers' | 'sealedHeaders'> {
    const { plain, credentials } = parted(headers);
    const entries = Object.entries(credentials).map(([name, value]) => [name, this.seal(webhookId, name, value)]);
    return { headers: plain, sealedHeaders: Object.fromEntries(entries) as Texts };
  }

  /**
   * The command fields for a webhook whose headers are to become these. A credential whose value is the mask that the
   * API shows stays as it is, so that a caller can write back the webhook that it has read.
   */
  changes(webhook: WebhookRow, asked: Partial<AskedSettings> & Pick<AskedSettings, 'headers'>) {
    const { plain, credentials } = parted(asked.headers);
    const entries = Object.entries(credentials).map(([name, value]) => [name, this.asked(webhook, name, value)]);
    return {
      changes: { ...asked, headers: plain },
      credentials: Object.fromEntries(entries) as Record<string, AskedCredential>,
    };
  }

  private asked({ id, headers, sealedHeaders }: WebhookRow, name: string, value: string): AskedCredential {
    const known = underName(sealedHeaders, name);
    if (value === MASKED) {
      // The credential is from before credentials were sealed.
      const clear = known === undefined ? underName(headers, name) : undefined;
      return clear === undefined ? 'kept' : { sealed: this.seal(id, name, clear) };
    }
    const isSame = known !== undefined && this.opens(known, webhookHeaderContext(id, name)) === value;
    return { sealed: this.seal(id, name, value), ...(isSame && { sameAs: known }) };
  }

  /** undefined if the sealed text cannot be opened any more: then it equals no value, and the new value replaces it. */
  private opens(sealed: string, context: string): string | undefined {
    try {
      return this.sealing.open(sealed, context);
    } catch {
      return undefined;
    }
  }

  private seal(webhookId: string, name: string, value: string): string {
    return this.sealing.seal(value, webhookHeaderContext(webhookId, name));
  }
}

function parted(headers: Texts): { plain: Texts; credentials: Texts } {
  const entries = Object.entries(headers);
  const isCredential = ([name, value]: [string, string]): boolean => isCredentialHeader(name, value);
  return {
    plain: Object.fromEntries(entries.filter((entry) => !isCredential(entry))),
    credentials: Object.fromEntries(entries.filter(isCredential)),
  };
}
