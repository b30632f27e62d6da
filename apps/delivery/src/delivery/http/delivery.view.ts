import type { Caller } from '@signet/service-kit';
import type { z } from 'zod';
import { OUTCOME_CAUSE } from '../attempt-cause.policy.ts';
import type { attemptsAnswer, deliveryAnswer, deliveryDetailAnswer } from './delivery.answers.ts';
import type { AttemptFacts, DeliveryEvent } from '../delivery.events.ts';
import type { DeliveryRow } from '../storage/delivery.projection.ts';
import type { DeliveryRecord } from '../storage/delivery.reader.ts';
import type { Hold } from '../delivery.summary.policy.ts';
import { summaryOf } from '../delivery.summary.policy.ts';

/** Data for a view that is not in the delivery's row. */
export interface ViewContext {
  /** The webhook's present name; null: it no longer exists. */
  readonly nameOf: (webhookId: string) => string | null;
  /** For webhooks whose circuit is open: when it lets the next probe through, an ISO instant. */
  readonly probeTimes: ReadonlyMap<string, string>;
  /** Partitions whose deliveries a fault of the platform holds back, and at least until when, ISO instants. */
  readonly heldPartitions: ReadonlyMap<number, string>;
  readonly now: Date;
}

/** A delivery in a list: the row, without the payload. */
export function listView(row: DeliveryRow, { nameOf, probeTimes, heldPartitions, now }: ViewContext): DeliveryListView {
  const { day: _day, lastAttempt: _last, partition, kind, isRetryAsked, ...fields } = row;
  const isOpen = row.status === 'PENDING' || row.status === 'RETRYING';
  const isHeldBack = isOpen && kind !== 'test' && !isRetryAsked;
  const faultUntil = (isHeldBack && heldPartitions.get(partition)) || null;
  const probeAt = (isHeldBack && probeTimes.get(row.webhookId)) || null;
  const heldUntil = faultUntil !== null && probeAt !== null ? latest(faultUntil, probeAt) : (faultUntil ?? probeAt);
  const times = timesShown(row.nextRetryAt, heldUntil, now.toISOString());
  return {
    ...fields,
    ...times,
    webhookName: nameOf(row.webhookId),
    isTest: kind === 'test',
    isReplay: kind === 'replay',
    summary: summaryOf({ ...row, ...times }, holdOf(times.heldUntil, faultUntil !== null)),
  };
}

function holdOf(heldUntil: string | null, isOurFault: boolean): Hold | null {
  if (heldUntil === null) return null;
  return isOurFault ? { by: 'platform' } : { by: 'circuit', until: heldUntil };
}

/**
 * When the delivery goes out next, never a time in the past: a due delivery that is not sent yet goes out now; one whose
 * webhook's circuit is open waits for the later of its own time and the probe.
 */
function timesShown(nextRetryAt: string | null, probeAt: string | null, now: string) {
  const heldUntil = probeAt === null ? null : latest(probeAt, now);
  return { heldUntil, nextRetryAt: nextRetryAt === null ? heldUntil : latest(nextRetryAt, heldUntil ?? now) };
}

/** ISO instants in UTC with milliseconds sort as text. */
const latest = (one: string, other: string): string => (one > other ? one : other);
export type DeliveryListView = z.infer<typeof deliveryAnswer>;

/** A single delivery, with the request that was sent and the receiver's last answer. */
export function detailView(
  { row, events, body }: DeliveryRecord,
  context: ViewContext,
): z.infer<typeof deliveryDetailAnswer> {
  const last = attemptsOf(events).at(-1)?.data;
  return {
    ...listView(row, context),
    payload: JSON.parse(body) as unknown,
    responseHeaders: last?.response?.headers ?? null,
    responseBody: last?.response?.body ?? null,
    responseBodyTruncated: last?.response?.bodyTruncated ?? false,
  };
}

/**
 * Every attempt with all its details, in order. The body is the same each time; only the timestamp and the signature differ.
 * `owner` and `epoch` name hosts and processes of the platform, so only an operator sees them.
 */
export function attemptViews(
  { events, body }: DeliveryRecord,
  role: Caller['role'],
): z.infer<typeof attemptsAnswer>['data'] {
  return attemptsOf(events).map((event) => {
    const { request, owner, epoch, ...facts } = event.data as AttemptFacts & { isUnspent?: boolean };
    const failure = event.type === 'DeliveryAttemptFailed' ? event.data : null;
    return {
      ...facts,
      ...(role === 'operator' && { owner, epoch }),
      cause: OUTCOME_CAUSE[facts.cause ?? 'schedule'],
      isUnspent: facts.isUnspent ?? false,
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
