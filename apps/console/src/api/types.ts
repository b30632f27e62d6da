// The answers of the API, as docs/openapi describes them; types-are-those-of-the-api.unit.spec.ts compares every
// field.

export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

export interface Webhook {
  readonly id: string;
  readonly tenantId: string;
  readonly tenantName: string | null;
  readonly name: string;
  readonly description: string | null;
  readonly url: string;
  readonly events: readonly string[];
  readonly eventNames: readonly string[];
  readonly isActive: boolean;
  readonly disabledReason: 'manual' | 'failing' | 'gone' | null;
  readonly disabledDetail: string | null;
  readonly disabledAt: string | null;
  readonly consecutiveFailures: number;
  readonly alertedAt: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxAttempts: number | null;
  readonly requestTimeoutMs: number | null;
  readonly rateLimitPerSecond: number | null;
  readonly ordering: 'none' | 'subject';
  readonly legacySignatureHeader: string | null;
  /** The parts of it that may be shown; certificate and key never are. */
  readonly clientCertificate: ClientCertificate | null;
  /** The state of the webhook, in a sentence. */
  readonly summary: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
  readonly lastSuccessAt: string | null;
  readonly lastFailureAt: string | null;
}

export interface ClientCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256, as openssl prints it. */
  readonly fingerprint: string;
  readonly expiresAt: string;
}

export interface RegisteredWebhook extends Webhook {
  readonly secret: string;
}

/** The fields of a webhook that a request may set. */
export interface WebhookFields {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxAttempts: number | null;
  readonly requestTimeoutMs: number | null;
  readonly rateLimitPerSecond: number | null;
  readonly ordering: 'none' | 'subject';
  readonly legacySignatureHeader: string | null;
  /** Missing: the certificate stays as it is. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | null;
}

export interface Secrets {
  readonly secret: string;
  readonly former: readonly { readonly secret: string; readonly expiresAt: string | null }[];
}

export interface RotatedSecret {
  readonly secret: string;
  readonly overlapUntil: string | null;
}

export interface RequestedTest {
  readonly deliveryId: string;
  readonly eventId: string;
}

export interface HistoryEntry {
  readonly version: number;
  readonly type: string;
  readonly summary: string;
  readonly at: string;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventType {
  readonly name: string;
  readonly displayName: string;
  readonly domain: string;
  readonly description: string;
  readonly version: number;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly example: Readonly<Record<string, unknown>>;
}

export type DeliveryStatus = 'PENDING' | 'RETRYING' | 'SUCCESS' | 'FAILED';

export interface Delivery {
  readonly id: string;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly webhookName: string | null;
  readonly eventType: string;
  readonly eventId: string;
  readonly messageId: string | null;
  readonly source: string | null;
  readonly subject: string | null;
  readonly repeats: string | null;
  readonly status: DeliveryStatus;
  readonly attemptCount: number;
  readonly unspentAttempts: number;
  readonly maxAttempts: number;
  readonly nextRetryAt: string | null;
  readonly heldUntil: string | null;
  readonly responseStatusCode: number | null;
  readonly errorClass: string | null;
  readonly errorMessage: string | null;
  readonly endReason: 'disabled' | 'deleted' | 'tenant_suspended' | null;
  readonly signature: string | null;
  readonly sentAt: string | null;
  readonly completedAt: string | null;
  readonly durationMs: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly isTest: boolean;
  readonly isReplay: boolean;
  readonly summary: string;
}

export interface DeliveryDetail extends Delivery {
  readonly payload: unknown;
  readonly responseHeaders: Readonly<Record<string, string>> | null;
  readonly responseBody: string | null;
  readonly responseBodyTruncated: boolean;
}

export interface Attempt {
  readonly attempt: number;
  readonly cause: 'schedule' | 'probe' | 'person';
  readonly isUnspent: boolean;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly outcome: 'succeeded' | 'failed';
  readonly errorClass: string | null;
  readonly errorMessage: string | null;
  readonly fault: 'none' | 'receiver' | 'platform';
  readonly nextAttemptAt: string | null;
  /** For operators only, as is the epoch. */
  readonly owner?: string;
  readonly epoch?: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly signature: string;
  readonly response: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly bodyTruncated: boolean;
    readonly note?: string;
  } | null;
  readonly address: string | null;
  readonly timings: Readonly<Record<string, number | null>>;
}

export type ReplayStatus = 'failed' | 'all' | 'missed';

export interface Replay {
  readonly id: string;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly since: string;
  readonly until: string;
  readonly status: ReplayStatus;
  readonly state: 'running' | 'completed' | 'cancelled' | 'failed';
  readonly total: number | null;
  readonly requested: number;
  readonly reason: 'webhook_deleted' | 'webhook_disabled' | 'tenant_suspended' | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly completedAt: string | null;
}

export interface ReplayPreview {
  readonly webhookId: string;
  readonly since: string;
  readonly until: string;
  readonly status: ReplayStatus;
  readonly count: number;
  readonly isExact: boolean;
}

export interface Circuit {
  readonly webhookId: string;
  readonly tenantId: string;
  readonly state: 'closed' | 'open' | 'half_open';
  readonly openings: number;
  readonly openedAt: string | null;
  readonly nextProbeAt: string | null;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly alertEmail: string | null;
  /** Why no mail is sent to the address. */
  readonly alertEmailWarning: string | null;
  readonly status: 'active' | 'suspended';
  readonly suspendedDetail: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

export type Role = 'operator' | 'tenant' | 'producer';

export interface ApiKey {
  readonly id: string;
  readonly tenantId: string | null;
  readonly name: string;
  readonly role: Role;
  readonly eventTypes: readonly string[] | null;
  readonly tenants: readonly string[] | null;
  readonly prefix: string;
  readonly createdBy: string;
  readonly createdAt: string;
}

export interface CreatedApiKey extends ApiKey {
  readonly key: string;
}

export interface FieldError {
  readonly field: string;
  readonly rule: string;
  readonly detail: string;
}
