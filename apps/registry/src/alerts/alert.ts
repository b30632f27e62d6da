import { alertIdOf } from '@signet/contracts';
import type { Instant } from '../http/instant.ts';
import type { WebhookAttemptFailed, WebhookEvent } from '../webhook/domain/webhook.events.ts';
import type { WebhookPast } from '../webhook/domain/past/past/webhook-past.fold.ts';
import { NO_PAST, pastAfter } from '../webhook/domain/past/past/webhook-past.fold.ts';
import type { Placed, WebhookRow } from '../webhook/read-model/webhook.row.ts';
import { raisesAlert } from '../webhook/domain/webhook.state.ts';

export const ALERT_TYPES = ['webhook.failing', 'webhook.disabled', 'webhook.recovered'] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

/** An alert about a webhook: the fact, with the data that a person needs to understand it. */
export interface Alert {
  /** Always the same for the same fact, so that a repeat can be recognised. */
  readonly id: string;
  readonly type: AlertType;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly at: Instant;
  /** Fits the schema of its type in the event catalogue. */
  readonly data: AlertData;
}

export interface AlertData {
  readonly webhookId: string;
  readonly name: string;
  readonly url: string;
  readonly consecutiveFailures: number;
  readonly [field: string]: unknown;
}

/** Whether a fact may be an alert. `alertsOf` decides with the facts before and after it. */
export const mayAlert = ({ type }: { readonly type: string }): boolean =>
  type === 'WebhookFailureAlertRaised' || type === 'WebhookDisabled' || type === 'WebhookRecovered';

/**
 * The alerts among the facts of a webhook, computed from its stream only: the relay gets the same alerts each time
 * that it publishes a fact, whatever happened to the webhook since.
 *
 * @param stream the facts that are asked about and the next one, which says whether a failure disables
 * @param versions of the facts that are asked about
 * @param past the state of the webhook before `stream`; without it, `stream` must be the whole stream
 */
export function alertsOf(
  webhookId: string,
  stream: readonly Placed[],
  versions: ReadonlySet<number>,
  past: WebhookPast = NO_PAST,
): Alert[] {
  const alerts: Alert[] = [];
  let after = past;
  for (const [index, event] of stream.entries()) {
    const { row: before } = after;
    after = pastAfter(webhookId, after, event);
    if (before === null || !versions.has(event.version)) continue;
    const told = alertOf(event, before, after.lastFailure, stream[index + 1]);
    if (told === null) continue;
    const { name, url, tenantId } = before;
    const id = alertIdOf(webhookId, event.version);
    alerts.push({ id, tenantId, webhookId, at: event.data.at, ...told, data: { webhookId, name, url, ...told.data } });
  }
  return alerts;
}

interface Told {
  readonly type: AlertType;
  readonly data: { readonly consecutiveFailures: number; readonly [field: string]: unknown };
}

function alertOf(
  event: Placed,
  { consecutiveFailures, alertedAt }: WebhookRow,
  failure: WebhookAttemptFailed | null,
  next: WebhookEvent | undefined,
): Told | null {
  const lastFailure = failure && shownFailure(failure);
  switch (event.type) {
    case 'WebhookFailureAlertRaised': {
      // The failure that disables a webhook raises one alert and not two: `webhook.disabled`, which is part of the
      // same append.
      const isLast = next?.type === 'WebhookDisabled' && raisesAlert(next) && next.data.at === event.data.at;
      return isLast ? null : { type: 'webhook.failing', data: { consecutiveFailures, lastFailure } };
    }
    case 'WebhookDisabled': {
      if (!raisesAlert(event)) return null;
      const { reason, detail } = event.data;
      return { type: 'webhook.disabled', data: { reason, detail, consecutiveFailures, lastFailure } };
    }
    case 'WebhookRecovered': {
      if (alertedAt === null) return null;
      const { failures, deliveryId } = event.data;
      const data = { alertedAt: alertedAt.toISOString(), consecutiveFailures: failures, deliveryId };
      return { type: 'webhook.recovered', data };
    }
    case 'WebhookRegistered':
    case 'WebhookUpdated':
    case 'WebhookEnabled':
    case 'WebhookDeleted':
    case 'WebhookSecretRotated':
    case 'WebhookCertificateSet':
    case 'WebhookCertificateRemoved':
    case 'WebhookAttemptFailed':
    case 'WebhookTestRequested':
      return null;
  }
}

const shownFailure = ({ data }: WebhookAttemptFailed) => ({
  deliveryId: data.deliveryId,
  attempt: data.attempt,
  statusCode: data.statusCode,
  errorClass: data.errorClass,
  endedAt: data.endedAt,
});
