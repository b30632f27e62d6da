import type { SettingsChanges, WebhookEnabled, WebhookEvent } from './webhook.events.ts';
import { shownHeaders } from '../api/webhook.shown-headers.ts';

const FIELD_NAMES: Record<string, string> = {
  url: 'URL',
  maxAttempts: 'maximum of attempts',
  requestTimeoutMs: 'request time-out',
  rateLimitPerSecond: 'rate limit',
  events: 'event types',
  legacySignatureHeader: 'legacy signature header',
};

/** A sentence for people about one fact in the life of a webhook. */
export function sentenceOf(event: WebhookEvent): string {
  switch (event.type) {
    case 'WebhookRegistered':
      return `Registered as "${event.data.settings.name}".`;
    case 'WebhookUpdated': {
      const fields = Object.keys(shownChanges(event.data.changes)).map((field) => FIELD_NAMES[field] ?? field);
      return `Changed: ${fields.join(', ')}.`;
    }
    case 'WebhookEnabled':
      return enabledSentence(event.data);
    case 'WebhookDisabled':
      return event.data.detail ? `Disabled: ${event.data.detail}` : 'Disabled.';
    case 'WebhookDeleted':
      return 'Deleted.';
    case 'WebhookSecretRotated':
      return event.data.overlapUntil
        ? `Secret rotated; the former one signs until ${event.data.overlapUntil}.`
        : 'Secret rotated; the former one stopped at once.';
    case 'WebhookCertificateSet':
      return `Client certificate set: ${event.data.subject}, until ${event.data.expiresAt}.`;
    case 'WebhookCertificateRemoved':
      return 'Client certificate removed.';
    case 'WebhookAttemptFailed':
      return `Attempt ${event.data.attempt} failed (${event.data.statusCode ?? event.data.errorClass ?? 'no answer'}).`;
    case 'WebhookFailureAlertRaised':
      return `Alert: ${event.data.failures} failures in a row.`;
    case 'WebhookRecovered':
      return event.data.failures > 0
        ? `Recovered after ${event.data.failures} failures in a row.`
        : 'Recovered: the first success since it was enabled.';
    case 'WebhookTestRequested':
      return `Test with ${event.data.eventType} requested.`;
  }
}

function enabledSentence({ together, replayMissed }: WebhookEnabled['data']): string {
  const enabled = together
    ? `Enabled together with others${together.reason ? ` (${together.reason})` : ''}`
    : 'Enabled';
  return replayMissed
    ? `${enabled}; failures in a row count from 0 again, and what was missed since ${replayMissed.since} is replayed.`
    : `${enabled}; failures in a row count from 0 again.`;
}

/** The data of a fact as it may be shown: without secrets, not even sealed ones. */
export function shownData(event: WebhookEvent): Record<string, unknown> {
  switch (event.type) {
    case 'WebhookRegistered': {
      const { sealedSecret: _sealed, settings, ...shown } = event.data;
      return { ...shown, settings: shownChanges(settings) };
    }
    case 'WebhookUpdated':
      return { ...event.data, changes: shownChanges(event.data.changes) };
    case 'WebhookSecretRotated': {
      const { sealedSecret: _sealed, ...shown } = event.data;
      return shown;
    }
    case 'WebhookCertificateSet': {
      const { sealedIdentity: _sealed, ...shown } = event.data;
      return shown;
    }
    case 'WebhookEnabled':
    case 'WebhookDisabled':
    case 'WebhookDeleted':
    case 'WebhookCertificateRemoved':
    case 'WebhookAttemptFailed':
    case 'WebhookFailureAlertRaised':
    case 'WebhookRecovered':
    case 'WebhookTestRequested':
      return { ...event.data };
  }
}

const shownChanges = ({ headers, sealedHeaders, ...others }: SettingsChanges): Record<string, unknown> =>
  headers === undefined ? others : { ...others, headers: shownHeaders(headers, sealedHeaders ?? {}) };
