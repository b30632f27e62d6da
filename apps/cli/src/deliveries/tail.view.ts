import type { Attempt, Delivery } from '../api/openapi.gen.ts';
import { safeText } from '../output/safe-text.ts';
import { shownDuration, shownTime } from '../session/moments.ts';
import { attemptsOf } from './follow/seen-deliveries.ts';

/** One line of `signet deliveries tail`. */
export interface TailLine {
  readonly kind: 'waiting' | 'attempt';
  readonly at: string;
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly webhookName: string | null;
  readonly eventType: string;
  readonly eventId: string;
  readonly subject: string | null;
  /** 0: none yet. */
  readonly attempt: number;
  readonly outcome: 'succeeded' | 'failed' | null;
  readonly statusCode: number | null;
  readonly durationMs: number | null;
  readonly error: string | null;
  readonly status: Delivery['status'];
  readonly nextAttemptAt: string | null;
}

const about = (delivery: Delivery) => ({
  deliveryId: delivery.id,
  webhookId: delivery.webhookId,
  webhookName: delivery.webhookName,
  eventType: delivery.eventType,
  eventId: delivery.eventId,
  subject: delivery.subject,
  status: delivery.status,
});

const NO_ATTEMPT = { attempt: 0, outcome: null, statusCode: null, durationMs: null } as const;

export const waitingLine = (delivery: Delivery): TailLine => ({
  kind: 'waiting',
  at: delivery.createdAt,
  ...about(delivery),
  ...NO_ATTEMPT,
  error: delivery.errorMessage,
  nextAttemptAt: delivery.nextRetryAt,
});

/** The last attempt of a delivery, as its row in the list has it. */
export const lastAttemptLine = (delivery: Delivery): TailLine => ({
  kind: 'attempt',
  at: delivery.sentAt ?? delivery.createdAt,
  ...about(delivery),
  attempt: attemptsOf(delivery),
  outcome: delivery.status === 'SUCCESS' ? 'succeeded' : 'failed',
  statusCode: delivery.responseStatusCode,
  durationMs: delivery.durationMs,
  error: delivery.errorMessage,
  nextAttemptAt: delivery.nextRetryAt,
});

export const attemptLine = (delivery: Delivery, attempt: Attempt): TailLine => ({
  kind: 'attempt',
  at: attempt.startedAt,
  ...about(delivery),
  attempt: attempt.attempt,
  outcome: attempt.outcome,
  statusCode: attempt.response?.statusCode ?? null,
  durationMs: attempt.durationMs,
  error: attempt.errorMessage,
  nextAttemptAt: attempt.nextAttemptAt,
});

/** For people: `18:00:05  sale.created → Accounting  attempt 1  succeeded 204  12 ms  7d1f7c1e-…`. */
export function shownTailLine(line: TailLine, paint: (state: string, text: string) => string): string {
  const { at, eventType, webhookName, webhookId, attempt, outcome, statusCode, durationMs, error, deliveryId } = line;
  const what = `${eventType} → ${webhookName ?? webhookId}`;
  const state =
    outcome === null
      ? paint('PENDING', 'waiting')
      : paint(outcome === 'succeeded' ? 'SUCCESS' : 'FAILED', [outcome, statusCode].filter(Boolean).join(' '));
  const parts = [
    shownTime(at),
    safeText(what),
    ...(attempt === 0 ? [] : [`attempt ${attempt}`]),
    state,
    shownDuration(durationMs),
    safeText(error ?? ''),
    deliveryId,
  ];
  return parts.filter((part) => part !== '').join('  ');
}
