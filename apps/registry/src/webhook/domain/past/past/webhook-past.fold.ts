import type { Fold } from '@signet/event-store';
import { aggregateOf } from '../../../../database/streams.ts';
import type { WebhookAttemptFailed, WebhookEvent } from '../../webhook.events.ts';
import type { Placed, WebhookRow } from '../../../read-model/webhook.row.ts';
import { applyToRow } from '../../../read-model/webhook.row.ts';

/** How a webhook stood at some version: what `?at=` shows, and what an alert tells of it. */
export interface WebhookPast {
  /** null: it was not there yet, or no more. */
  readonly row: WebhookRow | null;
  readonly lastFailure: WebhookAttemptFailed | null;
}

export const NO_PAST: WebhookPast = { row: null, lastFailure: null };

export const pastAfter = (id: string, { row, lastFailure }: WebhookPast, event: Placed): WebhookPast => ({
  row: applyToRow(id, row, event),
  lastFailure: event.type === 'WebhookAttemptFailed' ? { type: event.type, data: event.data } : lastFailure,
});

/** The past of a webhook. Raise `shape` with every change of the row's fields, or of what `applyToRow` does. */
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

/** JSON has made texts of the times. */
const withDates = (row: WebhookRow): WebhookRow => ({
  ...row,
  disabledAt: row.disabledAt && new Date(row.disabledAt),
  activeSince: row.activeSince && new Date(row.activeSince),
  alertedAt: row.alertedAt && new Date(row.alertedAt),
  createdAt: new Date(row.createdAt),
  updatedAt: new Date(row.updatedAt),
});
