import type { Attempt, Delivery, DeliveryDetails } from '../api/openapi.gen.ts';
import type { Field } from '../output/fields.ts';
import type { Output } from '../output/output.ts';
import type { Column } from '../output/table.ts';
import { shownDuration, shownTime } from '../session/moments.ts';

const attemptsOf = ({ attemptCount, unspentAttempts }: Delivery): string => String(attemptCount + unspentAttempts);

export const deliveryColumns = (output: Output): readonly Column<Delivery>[] => [
  { title: 'ID', of: ({ id }) => id },
  { title: 'CREATED', of: ({ createdAt }) => shownTime(createdAt) },
  { title: 'STATUS', of: ({ status }) => status, paint: (text, { status }) => output.state(status, text) },
  { title: 'ATTEMPTS', of: attemptsOf },
  { title: 'EVENT TYPE', of: ({ eventType }) => eventType },
  { title: 'WEBHOOK', of: ({ webhookName, webhookId }) => webhookName ?? webhookId, isFlexible: true },
  { title: 'SUMMARY', of: ({ summary }) => summary, isFlexible: true },
];

export const deliveryFields = (delivery: Delivery): readonly Field[] => [
  ['id', delivery.id],
  ['status', delivery.status],
  ['summary', delivery.summary],
  ['event type', delivery.eventType],
  ['webhook-id', delivery.eventId],
  ['message', delivery.messageId],
  ['source', delivery.source],
  ['subject', delivery.subject],
  ['webhook', `${delivery.webhookId} ${delivery.webhookName ?? '(deleted)'}`],
  ['tenant', delivery.tenantId],
  ['attempts', attemptsOf(delivery)],
  ['created', shownTime(delivery.createdAt)],
  ['last sent', shownTime(delivery.sentAt)],
  ['next attempt', shownTime(delivery.nextRetryAt)],
  ['last error', delivery.errorMessage],
  ['repeats', delivery.repeats],
];

export const detailFields = (delivery: DeliveryDetails): readonly Field[] => [
  ...deliveryFields(delivery),
  ['payload', JSON.stringify(delivery.payload)],
  ['response', delivery.responseBody],
];

export const attemptColumns = (output: Output): readonly Column<Attempt>[] => [
  { title: 'ATTEMPT', of: ({ attempt }) => String(attempt) },
  { title: 'STARTED', of: ({ startedAt }) => shownTime(startedAt) },
  {
    title: 'OUTCOME',
    of: ({ outcome }) => outcome,
    paint: (text, { outcome }) => output.state(outcome === 'succeeded' ? 'SUCCESS' : 'FAILED', text),
  },
  { title: 'STATUS', of: ({ response }) => String(response?.statusCode ?? '') },
  { title: 'TIME', of: ({ durationMs }) => shownDuration(durationMs) },
  { title: 'CAUSE', of: ({ cause }) => cause },
  { title: 'ERROR', of: ({ errorMessage }) => errorMessage ?? '', isFlexible: true },
];
