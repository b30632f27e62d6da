import type { AbandonReason, DeliveryStatus, ErrorClass } from '@signet/contracts';
import { countsAfter } from '../delivery.decider.ts';
import type { AttemptFacts, DeliveryEvent } from '../delivery.events.ts';
import { ENDED_BECAUSE } from '../end-reasons.ts';
import { lastAttemptOf } from '../last-attempt.policy.ts';
import type { LastAttempt } from '../last-attempt.policy.ts';

/** A row of the deliveries table: computed from the delivery's events alone, so that it can be rebuilt. */
export interface DeliveryRow {
  readonly id: string;
  /** UTC day of the message's time, `YYYY-MM-DD`: the partition of the row and of its log. */
  readonly day: string;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly partition: number;
  readonly eventType: string;
  /** `webhook-id`: UUIDv5 of source and message id. */
  readonly eventId: string;
  /** The producer's own id; null in rows of older versions, which did not store it here. */
  readonly messageId: string | null;
  /** CloudEvents source; null as above. */
  readonly source: string | null;
  /** Id of the object that the message is about; null as above, and where the message names none. */
  readonly subject: string | null;
  readonly kind: 'message' | 'test' | 'replay';
  readonly repeats: string | null;
  readonly status: DeliveryStatus;
  readonly attemptCount: number;
  /**
   * Number of failed probes of the webhook's circuit and of attempts that failed by the platform's fault: these spend no
   * attempt.
   */
  readonly unspentAttempts: number;
  readonly maxAttempts: number;
  /** A person asked for an attempt that has not ended yet: no circuit holds it back. */
  readonly isRetryAsked: boolean;
  readonly nextRetryAt: string | null;
  readonly responseStatusCode: number | null;
  readonly errorClass: ErrorClass | null;
  readonly errorMessage: string | null;
  /** Why the delivery was abandoned; null: it was not. The error of the last attempt stays as it is. */
  readonly endReason: AbandonReason | null;
  /** The kind of the last attempt; null: there was none, or an older version recorded it. */
  readonly lastAttempt: LastAttempt | null;
  readonly signature: string | null;
  /** Start of the last attempt. */
  readonly sentAt: string | null;
  readonly completedAt: string | null;
  readonly durationMs: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The UTC day of a message's time. It is as deterministic as the delivery id, so that one unique index finds a repeat. */
export const dayOf = (messageTime: string): string =>
  (UTC.test(messageTime) ? messageTime : new Date(messageTime).toISOString()).slice(0, 10);

/** A time whose UTC day can be read from the text: a day that every month has, no hour 24, no offset. */
const UTC = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):.*Z$/;

/** Folds one event into the row; `row` is null before the first. */
export function projectDelivery(id: string, row: DeliveryRow | null, event: DeliveryEvent): DeliveryRow {
  if (event.type === 'DeliveryRequested') return row ?? requested(id, event.data);
  if (row === null) throw new Error(`The log of delivery ${id} does not begin with DeliveryRequested.`);
  switch (event.type) {
    case 'DeliveryAttemptSucceeded':
      return {
        ...attempted(row, event.data),
        status: 'SUCCESS',
        lastAttempt: lastAttemptOf(event.data, null),
        isRetryAsked: false,
        attemptCount: row.attemptCount + 1,
        nextRetryAt: null,
        errorClass: null,
        errorMessage: null,
        completedAt: event.data.endedAt,
      };
    case 'DeliveryAttemptFailed': {
      const { nextAttemptAt, endedAt, errorClass, errorMessage } = event.data;
      return {
        ...attempted(row, event.data),
        status: nextAttemptAt === null ? 'FAILED' : 'RETRYING',
        ...countsAfter(row, event.data),
        lastAttempt: lastAttemptOf(event.data, event.data),
        nextRetryAt: nextAttemptAt,
        errorClass,
        errorMessage,
        completedAt: nextAttemptAt === null ? endedAt : null,
      };
    }
    case 'DeliveryAbandoned':
      return {
        ...row,
        status: 'FAILED',
        isRetryAsked: false,
        nextRetryAt: null,
        errorClass: row.errorClass ?? event.data.reason,
        errorMessage: row.errorMessage ?? ENDED_BECAUSE[event.data.reason],
        endReason: event.data.reason,
        completedAt: event.data.abandonedAt,
        updatedAt: event.data.abandonedAt,
      };
    case 'DeliveryRetryRequested':
      return {
        ...row,
        status: 'RETRYING',
        maxAttempts: Math.max(row.maxAttempts, row.attemptCount + 1),
        isRetryAsked: event.data.jobId === undefined,
        endReason: null,
        nextRetryAt: event.data.requestedAt,
        completedAt: null,
        updatedAt: event.data.requestedAt,
      };
  }
}

type Requested = Extract<DeliveryEvent, { type: 'DeliveryRequested' }>['data'];

const requested = (id: string, data: Requested): DeliveryRow => ({
  id,
  day: dayOf(data.messageTime),
  tenantId: data.tenantId,
  webhookId: data.webhookId,
  partition: data.partition,
  eventType: data.eventType,
  eventId: data.eventId,
  messageId: data.messageId,
  source: data.source,
  subject: data.subject ?? null,
  kind: data.kind,
  repeats: data.repeats ?? null,
  status: 'PENDING',
  attemptCount: 0,
  unspentAttempts: 0,
  maxAttempts: data.maxAttempts,
  isRetryAsked: false,
  nextRetryAt: null,
  responseStatusCode: null,
  errorClass: null,
  errorMessage: null,
  endReason: null,
  lastAttempt: null,
  signature: null,
  sentAt: null,
  completedAt: null,
  durationMs: null,
  createdAt: data.requestedAt,
  updatedAt: data.requestedAt,
});

const attempted = (row: DeliveryRow, facts: AttemptFacts): DeliveryRow => ({
  ...row,
  responseStatusCode: facts.response?.statusCode ?? null,
  signature: facts.signature,
  sentAt: facts.startedAt,
  durationMs: facts.durationMs,
  updatedAt: facts.endedAt,
});
