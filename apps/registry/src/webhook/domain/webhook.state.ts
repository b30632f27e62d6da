import type { Instant } from '../../http/instant.ts';
import type {
  DisabledReason,
  SealedSecret,
  WebhookEvent,
  WebhookRegistered,
  WebhookSettings,
} from './webhook.events.ts';
import { changedSettings } from './webhook.credentials.ts';
import { settingsIn } from './webhook.events.ts';

/** A webhook as its decider needs it: only fields that a decision reads. */
export interface LiveWebhook {
  readonly status: 'live';
  readonly tenantId: string;
  readonly settings: WebhookSettings;
  readonly secrets: readonly SealedSecret[];
  /** Fingerprint of the client certificate; null: there is none. */
  readonly certificate: string | null;
  readonly isActive: boolean;
  /** When it was disabled; null while it is active. */
  readonly disabledAt: Instant | null;
  readonly disabledReason: DisabledReason | null;
  /** The reason for people; null while it is active, and if none was given. */
  readonly disabledDetail: string | null;
  /** The failures in a row, each by the id of its attempt, so that a repeated outcome cannot count twice. */
  readonly failures: readonly string[];
  /** When the last counted failure ended. It is kept after a recovery, so that a failure that overlapped it never counts. */
  readonly lastFailureEndedAt: Instant | null;
  /** When the success ended that last reset the count. */
  readonly recoveredAt: Instant | null;
  /** Attempts that started before the last enabling do not count. */
  readonly enabledAt: Instant | null;
  /** Whether an alert was raised and no success has followed. Enabling is no success. */
  readonly isAlerted: boolean;
}

export type Webhook = { readonly status: 'absent' } | { readonly status: 'deleted' } | LiveWebhook;

export const attemptId = (attempt: { deliveryId: string; attempt: number }): string =>
  `${attempt.deliveryId}/${attempt.attempt}`;

/** The secrets that still sign at `at`. */
export const liveSecrets = (secrets: readonly SealedSecret[], at: Instant): SealedSecret[] =>
  secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > at);

/** The secrets after a rotation, newest first. A former secret signs until the overlap ends, or until its own earlier end. */
export function rotatedSecrets(
  secrets: readonly SealedSecret[],
  rotation: { sealedSecret: string; overlapUntil: Instant | null; at: Instant },
): SealedSecret[] {
  const newest: SealedSecret = { sealed: rotation.sealedSecret, expiresAt: null };
  const { overlapUntil, at } = rotation;
  if (overlapUntil === null) return [newest];
  const former = liveSecrets(secrets, at).map(({ sealed, expiresAt }) => ({
    sealed,
    expiresAt: expiresAt !== null && expiresAt < overlapUntil ? expiresAt : overlapUntil,
  }));
  return [newest, ...former];
}

/** Whether this fact raises an alert. A disabling by a person does not: the person knows of it. */
export const raisesAlert = (event: WebhookEvent): boolean =>
  event.type === 'WebhookFailureAlertRaised' || (event.type === 'WebhookDisabled' && event.data.reason !== 'manual');

const registered = ({ data }: WebhookRegistered): LiveWebhook => ({
  status: 'live',
  tenantId: data.tenantId,
  settings: settingsIn(data.settings),
  secrets: [{ sealed: data.sealedSecret, expiresAt: null }],
  certificate: null,
  isActive: true,
  disabledAt: null,
  disabledReason: null,
  disabledDetail: null,
  failures: [],
  lastFailureEndedAt: null,
  recoveredAt: null,
  enabledAt: null,
  isAlerted: false,
});

/** The state after a fact about a live webhook. */
export function evolveLive(webhook: LiveWebhook, event: WebhookEvent): Webhook {
  switch (event.type) {
    case 'WebhookRegistered':
      return registered(event);
    case 'WebhookUpdated':
      return { ...webhook, settings: changedSettings(webhook.settings, event.data.changes) };
    case 'WebhookEnabled':
      return {
        ...webhook,
        isActive: true,
        disabledAt: null,
        disabledReason: null,
        disabledDetail: null,
        failures: [],
        enabledAt: event.data.at,
      };
    case 'WebhookDisabled':
      return {
        ...webhook,
        isActive: false,
        disabledAt: event.data.at,
        disabledReason: event.data.reason,
        disabledDetail: event.data.detail,
        isAlerted: webhook.isAlerted || raisesAlert(event),
      };
    case 'WebhookDeleted':
      return { status: 'deleted' };
    case 'WebhookSecretRotated':
      return { ...webhook, secrets: rotatedSecrets(webhook.secrets, event.data) };
    case 'WebhookCertificateSet':
      return { ...webhook, certificate: event.data.fingerprint };
    case 'WebhookCertificateRemoved':
      return { ...webhook, certificate: null };
    case 'WebhookAttemptFailed':
      return {
        ...webhook,
        failures: [...webhook.failures, attemptId(event.data)],
        lastFailureEndedAt: event.data.endedAt,
      };
    case 'WebhookRecovered':
      return { ...webhook, failures: [], recoveredAt: event.data.endedAt, isAlerted: false };
    case 'WebhookFailureAlertRaised':
      return { ...webhook, isAlerted: true };
    case 'WebhookTestRequested':
      return webhook;
  }
}

/** Handles every event in every state; a fact about a webhook that does not exist, or is deleted, changes nothing. */
export function evolve(webhook: Webhook, event: WebhookEvent): Webhook {
  if (webhook.status === 'live') return evolveLive(webhook, event);
  return webhook.status === 'absent' && event.type === 'WebhookRegistered' ? registered(event) : webhook;
}
