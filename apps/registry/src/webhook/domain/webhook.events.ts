import type { Instant } from '../../http/instant.ts';

/** The settings of a webhook that a tenant may choose. null means the service's default. */
export interface WebhookSettings {
  readonly name: string;
  readonly description: string | null;
  readonly url: string;
  readonly events: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** The headers whose values are credentials, each sealed; they are stored in no other place. */
  readonly sealedHeaders: Readonly<Record<string, string>>;
  readonly maxAttempts: number | null;
  readonly requestTimeoutMs: number | null;
  readonly rateLimitPerSecond: number | null;
  readonly ordering: 'none' | 'subject';
  /**
   * The name of one more header with the hex HMAC-SHA256 of the body, for receivers that still expect such a header
   * instead of the standard's.
   */
  readonly legacySignatureHeader: string | null;
}

type Younger = 'legacySignatureHeader' | 'sealedHeaders';

/** The settings in a fact. A fact that is older than a setting does not have it. */
export type StoredSettings = Omit<WebhookSettings, Younger> & Partial<Pick<WebhookSettings, Younger>>;

/** The complete settings of a fact of any age. */
export const settingsIn = (stored: StoredSettings): WebhookSettings => ({
  legacySignatureHeader: null,
  sealedHeaders: {},
  ...stored,
});

/** The changes of the settings in a fact. */
export type SettingsChanges = Partial<Omit<WebhookSettings, 'sealedHeaders'>> & {
  /** All headers with a credential after the change: the sealed value of each, or null if it stays as it was. */
  readonly sealedHeaders?: Readonly<Record<string, string | null>>;
};

/** A secret as it is stored: sealed. It signs until `expiresAt`; null means until the next rotation. */
export interface SealedSecret {
  readonly sealed: string;
  readonly expiresAt: Instant | null;
}

/** A client certificate as it is stored: its public facts, and the sealed certificate with its key. */
export interface ClientCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256 of the certificate. It identifies the key as well, since only one key fits the certificate. */
  readonly fingerprint: string;
  readonly expiresAt: Instant;
  /** JSON of `{certificate, key}`, both PEM. */
  readonly sealed: string;
}

export type DisabledReason = 'manual' | 'failing' | 'gone';

export type WebhookRegistered = {
  readonly type: 'WebhookRegistered';
  readonly data: {
    readonly tenantId: string;
    readonly settings: StoredSettings;
    readonly sealedSecret: string;
    readonly createdBy: string;
    readonly at: Instant;
  };
};
export type WebhookUpdated = {
  readonly type: 'WebhookUpdated';
  readonly data: { readonly changes: SettingsChanges; readonly at: Instant };
};
export type WebhookEnabled = {
  readonly type: 'WebhookEnabled';
  readonly data: {
    readonly at: Instant;
    /** The replay of the missed messages, which delivery makes. Missing if no replay was asked for, and in older facts. */
    readonly replayMissed?: {
      /** When the webhook was disabled; the range of the replay begins here and ends at `at`. */
      readonly since: Instant;
      /** Id of the key that asked for the replay. */
      readonly requestedBy: string;
    };
    /** The job, if an operator enabled it together with others. Missing if it was enabled alone, and in older facts. */
    readonly together?: { readonly enablingId: string; readonly reason: string | null };
  };
};
export type WebhookDisabled = {
  readonly type: 'WebhookDisabled';
  readonly data: { readonly reason: DisabledReason; readonly detail: string | null; readonly at: Instant };
};
export type WebhookDeleted = { readonly type: 'WebhookDeleted'; readonly data: { readonly at: Instant } };
export type WebhookSecretRotated = {
  readonly type: 'WebhookSecretRotated';
  readonly data: {
    readonly sealedSecret: string;
    /** Until when the former secrets go on signing; null: they stop at once. */
    readonly overlapUntil: Instant | null;
    readonly at: Instant;
  };
};
/** From now on, the certificate is shown to a receiver that asks for a client certificate. */
export type WebhookCertificateSet = {
  readonly type: 'WebhookCertificateSet';
  readonly data: Omit<ClientCertificate, 'sealed'> & { readonly sealedIdentity: string; readonly at: Instant };
};
export type WebhookCertificateRemoved = {
  readonly type: 'WebhookCertificateRemoved';
  readonly data: { readonly at: Instant };
};
/** One more counted failure in a row. Failures that do not count append nothing. */
export type WebhookAttemptFailed = {
  readonly type: 'WebhookAttemptFailed';
  readonly data: {
    readonly deliveryId: string;
    readonly attempt: number;
    readonly startedAt: Instant;
    readonly endedAt: Instant;
    readonly statusCode: number | null;
    readonly errorClass: string | null;
    readonly at: Instant;
  };
};
export type WebhookFailureAlertRaised = {
  readonly type: 'WebhookFailureAlertRaised';
  readonly data: { readonly failures: number; readonly at: Instant };
};
/** A success after a failure or an alert. A success of a healthy webhook appends nothing. */
export type WebhookRecovered = {
  readonly type: 'WebhookRecovered';
  readonly data: {
    readonly deliveryId: string;
    readonly attempt: number;
    readonly endedAt: Instant;
    readonly failures: number;
    readonly at: Instant;
  };
};
export type WebhookTestRequested = {
  readonly type: 'WebhookTestRequested';
  readonly data: {
    readonly tenantId: string;
    readonly deliveryId: string;
    readonly eventId: string;
    readonly eventType: string;
    readonly at: Instant;
  };
};

export type WebhookEvent =
  | WebhookRegistered
  | WebhookUpdated
  | WebhookEnabled
  | WebhookDisabled
  | WebhookDeleted
  | WebhookSecretRotated
  | WebhookCertificateSet
  | WebhookCertificateRemoved
  | WebhookAttemptFailed
  | WebhookFailureAlertRaised
  | WebhookRecovered
  | WebhookTestRequested;

/** The client certificate in a fact. */
export const certificateIn = ({ data }: WebhookCertificateSet): ClientCertificate => {
  const { sealedIdentity: sealed, subject, issuer, fingerprint, expiresAt } = data;
  return { subject, issuer, fingerprint, expiresAt, sealed };
};

export const WEBHOOK_EVENT_TYPES = [
  'WebhookRegistered',
  'WebhookUpdated',
  'WebhookEnabled',
  'WebhookDisabled',
  'WebhookDeleted',
  'WebhookSecretRotated',
  'WebhookCertificateSet',
  'WebhookCertificateRemoved',
  'WebhookAttemptFailed',
  'WebhookFailureAlertRaised',
  'WebhookRecovered',
  'WebhookTestRequested',
] as const satisfies readonly WebhookEvent['type'][];
