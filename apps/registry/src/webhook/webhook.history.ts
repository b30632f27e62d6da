import type { WebhookEvent } from './webhook.events.ts';

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
      const fields = Object.keys(event.data.changes).map((field) => FIELD_NAMES[field] ?? field);
      return `Changed: ${fields.join(', ')}.`;
    }
    case 'WebhookEnabled':
      return 'Enabled; failures in a row count from 0 again.';
    case 'WebhookDisabled':
      return event.data.detail ? `Disabled: ${event.data.detail}` : 'Disabled.';
    case 'WebhookDeleted':
      return 'Deleted.';
    case 'WebhookSecretRotated':
      return event.data.overlapUntil
        ? `Secret rotated; the former one signs until ${event.data.overlapUntil}.`
        : 'Secret rotated; the former one stopped at once.';
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

/** The data of a fact as it may be shown: sealed secrets are nobody's business, not even sealed. */
export function shownData(event: WebhookEvent): Record<string, unknown> {
  const { sealedSecret: _sealed, ...shown } = event.data as { sealedSecret?: string };
  return shown;
}
