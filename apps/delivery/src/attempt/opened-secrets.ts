import type { Clock } from '@signet/contracts';
import type { ClientIdentity } from '@signet/egress';
import type { SealingKeys } from '@signet/signature';
import { LRUCache } from 'lru-cache';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { AttemptMeans } from './attempt.ts';
import { openClientIdentity } from './open-client-identity.ts';
import { openHeaderCredentials } from './open-header-credentials.ts';
import { openSigningSecrets } from './open-signing-secrets.ts';
import type { SigningSecret } from './open-signing-secrets.ts';

/** Everything that a snapshot of a webhook keeps sealed, opened. */
interface Opened {
  readonly snapshot: RoutedWebhook;
  readonly secrets: readonly SigningSecret[];
  readonly credentials: Readonly<Record<string, string>>;
  readonly fingerprint: string | undefined;
  readonly identity: ClientIdentity | undefined;
}

/** Webhooks. */
const MAX_KEPT = 10_000;

/** The opened secrets of the webhooks to which deliveries were sent lately; all others stay sealed. */
export class OpenedSecrets {
  private readonly kept = new LRUCache<string, Opened>({ max: MAX_KEPT });

  constructor(
    private readonly sealing: SealingKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * What an attempt needs now. During a rotation several signing secrets are valid, and all of them sign.
   *
   * @throws if the webhook's newest signing secret, a credential or the client certificate cannot be opened
   */
  meansOf(webhook: RoutedWebhook): AttemptMeans {
    const known = this.kept.get(webhook.id);
    // Not by its version: after a restore of the registry's database the same version may have other secrets.
    const { secrets, credentials, identity } = known?.snapshot === webhook ? known : this.open(webhook, known);
    const now = this.clock().getTime();
    const live = secrets.filter(({ expiresAt }) => expiresAt > now);
    return { keys: live.map(({ key }) => key), credentials, identity };
  }

  private open(webhook: RoutedWebhook, former: Opened | undefined): Opened {
    const { sealing } = this;
    const fingerprint = webhook.clientCertificate?.fingerprint;
    // Each ClientIdentity needs connections of its own, so it stays as long as the certificate is the same.
    const isSame = former?.identity !== undefined && former.fingerprint === fingerprint;
    const opened = {
      snapshot: webhook,
      secrets: openSigningSecrets(sealing, webhook),
      credentials: openHeaderCredentials(sealing, webhook),
      fingerprint,
      identity: isSame ? former.identity : openClientIdentity(sealing, webhook),
    };
    this.kept.set(webhook.id, opened);
    return opened;
  }
}
