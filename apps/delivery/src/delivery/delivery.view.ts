import type { Caller } from '@signet/service-kit';
import type { z } from 'zod';
import type { attemptsAnswer, deliveryAnswer, deliveryDetailAnswer } from './delivery.answers.ts';
import type { AttemptFacts, DeliveryEvent } from './delivery.events.ts';
import { retrySentence } from './delivery.projection.ts';
import type { DeliveryRow } from './delivery.projection.ts';
import type { DeliveryRecord } from './delivery.reader.ts';

/** What a webhook is called now; null: there is none of this id any more. */
export type NameOfWebhook = (webhookId: string) => string | null;

/** A delivery in a list: the row, without the payload. */
export function listView(row: DeliveryRow, nameOf: NameOfWebhook): DeliveryListView {
  const { day: _day, partition: _partition, kind, ...fields } = row;
  return {
    ...fields,
    webhookName: nameOf(row.webhookId),
    isTest: kind === 'test',
    isReplay: kind === 'replay',
    summary: retrySentence(row),
  };
}
export type DeliveryListView = z.infer<typeof deliveryAnswer>;

/** A delivery by itself: with what was sent, and what the receiver answered last. */
export function detailView(
  { row, events, body }: DeliveryRecord,
  nameOf: NameOfWebhook,
): z.infer<typeof deliveryDetailAnswer> {
  const last = attemptsOf(events).at(-1)?.data;
  return {
    ...listView(row, nameOf),
    payload: JSON.parse(body) as unknown,
    responseHeaders: last?.response?.headers ?? null,
    responseBody: last?.response?.body ?? null,
    responseBodyTruncated: last?.response?.bodyTruncated ?? false,
  };
}

/**
 * Every attempt, whole and in order. The body is the same each time; only the timestamp and the signature differ.
 * `owner` and `epoch` name hosts and processes of the platform, so only an operator sees them.
 */
export function attemptViews(
  { events, body }: DeliveryRecord,
  role: Caller['role'],
): z.infer<typeof attemptsAnswer>['data'] {
  return attemptsOf(events).map((event) => {
    const { request, owner, epoch, ...facts } = event.data as AttemptFacts;
    const failure = event.type === 'DeliveryAttemptFailed' ? event.data : null;
    return {
      ...facts,
      ...(role === 'operator' && { owner, epoch }),
      outcome: failure ? 'failed' : 'succeeded',
      errorClass: failure?.errorClass ?? null,
      errorMessage: failure?.errorMessage ?? null,
      fault: failure?.fault ?? 'none',
      nextAttemptAt: failure?.nextAttemptAt ?? null,
      request: { ...request, body },
    };
  });
}

type AttemptEvent = Extract<DeliveryEvent, { type: 'DeliveryAttemptSucceeded' | 'DeliveryAttemptFailed' }>;

const attemptsOf = (events: readonly DeliveryEvent[]): AttemptEvent[] =>
  events.filter(
    (event): event is AttemptEvent =>
      event.type === 'DeliveryAttemptSucceeded' || event.type === 'DeliveryAttemptFailed',
  );
