import { RuleBroken } from '../../http/rule-broken.ts';
import type { Instant } from '../../http/instant.ts';
import type { AttemptOutcome, FailureRules } from './webhook-outcomes.decider.ts';
import { decideOutcomes } from './webhook-outcomes.decider.ts';
import type { EnableIfDisabledAutomatically } from './webhook-enabling.policy.ts';
import { decideEnableIfDisabledAutomatically } from './webhook-enabling.policy.ts';
import type { AskedCredential } from './webhook.credentials.ts';
import { changedSettings, headerChanges } from './webhook.credentials.ts';
import type { ClientCertificate, SettingsChanges, WebhookEvent, WebhookSettings } from './webhook.events.ts';
import type { LiveWebhook, Webhook } from './webhook.state.ts';
import { evolve, liveSecrets } from './webhook.state.ts';

/** At most this many secrets of a webhook sign at once; each adds a signature to every request. */
export const MAX_LIVE_SECRETS = 5;

/** The commands on a webhook. Times, ids and settings come in as data; secrets come sealed. */
export type WebhookCommand =
  | {
      readonly type: 'RegisterWebhook';
      readonly tenantId: string;
      readonly settings: WebhookSettings;
      readonly sealedSecret: string;
      readonly clientCertificate?: ClientCertificate | null | undefined;
      readonly createdBy: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'UpdateWebhook';
      readonly changes: Partial<Omit<WebhookSettings, 'sealedHeaders'>>;
      /** The headers whose values are credentials; the other headers are in `changes.headers`. */
      readonly credentials?: Readonly<Record<string, AskedCredential>>;
      /** null removes the certificate; undefined leaves it as it is. */
      readonly clientCertificate?: ClientCertificate | null | undefined;
      readonly at: Instant;
    }
  | {
      readonly type: 'EnableWebhook';
      /** Id of the key that wants the missed messages to be replayed; null: nothing is replayed. */
      readonly replayMissedFor: string | null;
      readonly at: Instant;
    }
  | EnableIfDisabledAutomatically
  | { readonly type: 'DisableWebhook'; readonly detail: string | null; readonly at: Instant }
  | { readonly type: 'DeleteWebhook'; readonly at: Instant }
  | {
      readonly type: 'RotateWebhookSecret';
      readonly sealedSecret: string;
      readonly overlapUntil: Instant | null;
      readonly at: Instant;
    }
  | {
      readonly type: 'RequestWebhookTest';
      readonly deliveryId: string;
      readonly eventId: string;
      readonly eventType: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'RecordOutcomes';
      readonly outcomes: readonly AttemptOutcome[];
      readonly rules: FailureRules;
      readonly at: Instant;
    };

/** Whether messages of this type go to the webhook. A disabled webhook gets none. */
export const isSubscribedTo = (webhook: { isActive: boolean; events: readonly string[] }, eventType: string): boolean =>
  webhook.isActive && webhook.events.includes(eventType);

function checkEvents(events: readonly string[] | undefined): void {
  if (events === undefined) return;
  if (events.length === 0) {
    throw new RuleBroken('invalid', 'no_events', 'A webhook subscribes to at least one event type.', 'events');
  }
  if (new Set(events).size < events.length) {
    throw new RuleBroken('invalid', 'repeated_event', 'Each event type is named once.', 'events');
  }
}

/**
 * Checks the settings as they will be after the change: a header with two meanings would be sent with only one of its
 * two values.
 */
function checkLegacyHeader({ legacySignatureHeader, headers, sealedHeaders }: WebhookSettings): void {
  const name = legacySignatureHeader?.toLowerCase();
  if (!Object.keys({ ...headers, ...sealedHeaders }).some((header) => header.toLowerCase() === name)) return;
  const message = `The header "${legacySignatureHeader}" is one of the webhook's headers already.`;
  throw new RuleBroken('invalid', 'repeated', message, 'legacySignatureHeader');
}

/**
 * The client certificate is shown during the TLS handshake. With a plain HTTP URL it would never be shown, but its
 * owner would believe that it is.
 */
function checkCertificateIsShown(url: string, hasCertificate: boolean): void {
  if (!hasCertificate || /^https:/i.test(url)) return;
  const message = 'A client certificate is used only over https; the URL does not begin with https.';
  throw new RuleBroken('invalid', 'needs_https', message, 'clientCertificate');
}

function certificateEvents(
  certificate: ClientCertificate | null | undefined,
  present: string | null,
  at: Instant,
): WebhookEvent[] {
  if (certificate === undefined || (certificate?.fingerprint ?? null) === present) return [];
  if (certificate === null) return [{ type: 'WebhookCertificateRemoved', data: { at } }];
  const { sealed: sealedIdentity, subject, issuer, fingerprint, expiresAt } = certificate;
  return [{ type: 'WebhookCertificateSet', data: { subject, issuer, fingerprint, expiresAt, sealedIdentity, at } }];
}

const sameValue = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The changes whose value differs from the present one; a command that changes nothing appends nothing. */
function realChanges(
  settings: WebhookSettings,
  { changes: { headers, ...changes }, credentials = {} }: Extract<WebhookCommand, { type: 'UpdateWebhook' }>,
): SettingsChanges {
  const real = Object.entries(changes).filter(
    ([field, value]) => value !== undefined && !sameValue(value, settings[field as keyof WebhookSettings]),
  );
  const ofHeaders = headers === undefined ? {} : headerChanges(settings, headers, credentials);
  if ('missing' in ofHeaders) {
    const message = `The header "${ofHeaders.missing}" is to stay as it is, but there is none.`;
    throw new RuleBroken('invalid', 'nothing_to_keep', message, `headers.${ofHeaders.missing}`);
  }
  return { ...Object.fromEntries(real), ...ofHeaders };
}

/**
 * Enabling an enabled webhook changes nothing. With a replay the command is refused: the caller would wait for
 * messages that never come.
 */
function decideEnable(
  { replayMissedFor, at }: Extract<WebhookCommand, { type: 'EnableWebhook' }>,
  { disabledAt }: LiveWebhook,
): WebhookEvent[] {
  if (replayMissedFor === null) return disabledAt === null ? [] : [{ type: 'WebhookEnabled', data: { at } }];
  if (disabledAt === null) {
    const message =
      'The webhook is enabled already, so nothing is replayed; POST /v1/replays replays messages of any time.';
    throw new RuleBroken('conflict', 'webhook_enabled', message, 'replay');
  }
  return [{ type: 'WebhookEnabled', data: { at, replayMissed: { since: disabledAt, requestedBy: replayMissedFor } } }];
}

function decideLive(command: WebhookCommand, webhook: LiveWebhook): WebhookEvent[] {
  switch (command.type) {
    case 'RegisterWebhook':
      throw new RuleBroken('conflict', 'webhook_exists', 'A webhook with this id exists already.', 'id');
    case 'UpdateWebhook': {
      checkEvents(command.changes.events);
      const { at, clientCertificate } = command;
      const changes = realChanges(webhook.settings, command);
      const settings = changedSettings(webhook.settings, changes);
      const certificate = certificateEvents(clientCertificate, webhook.certificate, at);
      if (Object.keys(changes).length === 0 && certificate.length === 0) return [];
      checkLegacyHeader(settings);
      const isShown = clientCertificate === undefined ? webhook.certificate !== null : clientCertificate !== null;
      checkCertificateIsShown(settings.url, isShown);
      return [
        ...(Object.keys(changes).length === 0 ? [] : [{ type: 'WebhookUpdated' as const, data: { changes, at } }]),
        ...certificate,
      ];
    }
    case 'EnableWebhook':
      return decideEnable(command, webhook);
    case 'EnableIfDisabledAutomatically':
      return decideEnableIfDisabledAutomatically(command, webhook);
    case 'DisableWebhook': {
      const { detail, at } = command;
      if (webhook.isActive) return [{ type: 'WebhookDisabled', data: { reason: 'manual', detail, at } }];
      // Without a new reason the call loses nothing. A new reason would be dropped while the caller believes that it
      // is stored.
      if (detail === null || detail === webhook.disabledDetail) return [];
      const message = 'The webhook is disabled already; the reason that it has stays.';
      throw new RuleBroken('conflict', 'webhook_disabled', message, 'reason');
    }
    case 'DeleteWebhook':
      return [{ type: 'WebhookDeleted', data: { at: command.at } }];
    case 'RotateWebhookSecret': {
      const { sealedSecret, overlapUntil, at } = command;
      if (overlapUntil !== null && liveSecrets(webhook.secrets, at).length >= MAX_LIVE_SECRETS) {
        const message = `At most ${MAX_LIVE_SECRETS} secrets are live at once; wait until one expires, or rotate without overlap.`;
        throw new RuleBroken('conflict', 'too_many_live_secrets', message, 'overlapHours');
      }
      return [{ type: 'WebhookSecretRotated', data: { sealedSecret, overlapUntil, at } }];
    }
    case 'RequestWebhookTest': {
      if (!webhook.isActive) {
        throw new RuleBroken('conflict', 'webhook_disabled', 'The webhook is disabled: enable it before testing it.');
      }
      const { deliveryId, eventId, eventType, at } = command;
      const { tenantId } = webhook;
      return [{ type: 'WebhookTestRequested', data: { tenantId, deliveryId, eventId, eventType, at } }];
    }
    case 'RecordOutcomes':
      return decideOutcomes(webhook, command.outcomes, command.rules, command.at);
  }
}

function decide(command: WebhookCommand, webhook: Webhook): WebhookEvent[] {
  if (webhook.status === 'live') return decideLive(command, webhook);
  // Some outcomes arrive after their webhook was deleted, and need no error. A job that enables many webhooks passes
  // a deleted one over.
  if (command.type === 'RecordOutcomes' || command.type === 'EnableIfDisabledAutomatically') return [];
  if (command.type !== 'RegisterWebhook' || webhook.status === 'deleted') {
    throw new RuleBroken('not_found', 'webhook_not_found', 'There is no such webhook.');
  }
  const { tenantId, settings, sealedSecret, clientCertificate = null, createdBy, at } = command;
  checkEvents(settings.events);
  checkLegacyHeader(settings);
  checkCertificateIsShown(settings.url, clientCertificate !== null);
  const registered = { tenantId, settings, sealedSecret, createdBy, at };
  return [{ type: 'WebhookRegistered', data: registered }, ...certificateEvents(clientCertificate, null, at)];
}

/** The rules of a webhook, pure: from a state and a command to the facts that follow. */
export const webhookDecider = {
  initialState: (): Webhook => ({ status: 'absent' }),
  decide,
  evolve,
  /**
   * The stream of a webhook that fails and recovers again and again grows for ever, so its state has snapshots. The
   * state is stored as JSON without conversion.
   */
  snapshots: {
    name: 'webhook-rules',
    shape: 1,
    isOf: (streamId: string): boolean => streamId.startsWith('webhook:'),
    revive: (json: unknown): Webhook => json as Webhook,
  },
};
