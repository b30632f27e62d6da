import type { Fold } from '@signet/event-store';
import { aggregateOf } from '../../../../database/streams.ts';
import type { WebhookAttemptFailed, WebhookEvent } from '../../webhook.events.ts';
import type { Placed, WebhookRow } from '../../../read-model/webhook.row.ts';
import { applyToRow } from '../../../read-model/webhook.row.ts';

/** The state of a webhook at some version: `?at=` shows it, and alerts take their data from it. */
export interface WebhookPast {
  /** null: the webhook did not exist yet, or is deleted. */
  readonly row: WebhookRow | null;
  readonly lastFailure: WebhookAttemptFailed | null;
}

export const NO_PAST: WebhookPast = { row: null, lastFailure: null };

export const pastAfter = (id: string, { row, lastFailure }: WebhookPast, event: Placed): WebhookPast => ({
  row: applyToRow(id, row, event),
  lastFailure: event.type === 'WebhookAttemptFailed' ? { type: event.type, data: event.data } : lastFailure,
});

/** The past of a webhook. Raise `shape` with every change of the row's fields or of `applyToRow`. */
export const webhookPast: Fold<WebhookPast, WebhookEvent> = {
  initialState: () => NO_PAST,
  evolve: (past, event) => pastAfter(aggregateOf(event.streamId).id, past, event),
  snapshots: {
    name: 'webhook-past',
    shape: 2,
    isOf: (streamId) => streamId.startsWith('webhook:'),
    revive: (json) => {
      const { row, lastFailure } = json as WebhookPast;
      return { row: row && withDates(row), lastFailure };
    },
  },
};

/** Turns the times, which JSON holds as texts, into dates again. */
const withDates = (row: WebhookRow): WebhookRow => ({
  ...row,
  disabledAt: row.disabledAt && new Date(row.disabledAt),
  activeSince: row.activeSince && new Date(row.activeSince),
  alertedAt: row.alertedAt && new Date(row.alertedAt),
  createdAt: new Date(row.createdAt),
  updatedAt: new Date(row.updatedAt),
});
