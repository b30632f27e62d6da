import { ABANDON_REASONS } from '@signet/contracts';
import type { OutcomeCause } from '@signet/contracts';
import type { Instant } from '../../http/instant.ts';
import type { WebhookAttemptFailed, WebhookEvent } from './webhook.events.ts';
import type { LiveWebhook } from './webhook.state.ts';
import { attemptId, evolveLive } from './webhook.state.ts';

/** The result of one attempt, with the fields that the failure count needs. */
export interface AttemptOutcome {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly kind: 'message' | 'test' | 'replay';
  readonly outcome: 'succeeded' | 'failed';
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly statusCode: number | null;
  readonly errorClass: string | null;
  /** The side that caused the failure; a failure that the platform caused says nothing about the receiver. */
  readonly fault: 'none' | 'receiver' | 'platform';
  /** Why the attempt was made; missing in outcomes of older versions. */
  readonly cause?: OutcomeCause | undefined;
}

/** SIGNET_DISABLE_AFTER_FAILURES and SIGNET_ALERT_ON_FAILURES, both in failures in a row. */
export interface FailureRules {
  readonly disableAfter: number;
  readonly alertOn: readonly number[];
}

/** Deliveries that ended for these reasons were not sent: they say nothing about the receiver. */
const NOT_SENT: readonly string[] = ABANDON_REASONS;

/**
 * A test, or an attempt that a person asked for. Its failure is not counted: repeated tries by a person must not
 * disable a webhook.
 */
const isAskedFor = ({ kind, cause }: Pick<AttemptOutcome, 'kind' | 'cause'>): boolean =>
  kind === 'test' || cause === 'person';

/**
 * Whether an outcome says anything about the receiver. Every success does. A failure does unless a person asked for the
 * attempt, the platform is at fault, or nothing was sent.
 */
export const isTelling = (
  outcome: Pick<AttemptOutcome, 'kind' | 'cause' | 'outcome' | 'errorClass' | 'fault'>,
): boolean =>
  outcome.outcome === 'succeeded' ||
  (!isAskedFor(outcome) &&
    outcome.fault !== 'platform' &&
    !(outcome.errorClass !== null && NOT_SENT.includes(outcome.errorClass)));

const failedEvent = (outcome: AttemptOutcome, at: Instant): WebhookAttemptFailed => ({
  type: 'WebhookAttemptFailed',
  data: {
    deliveryId: outcome.deliveryId,
    attempt: outcome.attempt,
    startedAt: outcome.startedAt,
    endedAt: outcome.endedAt,
    statusCode: outcome.statusCode,
    errorClass: outcome.errorClass,
    at,
  },
});

/**
 * Whether a failed attempt adds one to the failures in a row. It must have started after the last counted failure
 * ended, so that fifty parallel requests to a dead host count as one failure. Outcomes that were counted already do
 * not count again.
 */
function countsAsOneMore(webhook: LiveWebhook, outcome: AttemptOutcome): boolean {
  if (webhook.failures.includes(attemptId(outcome))) return false;
  return webhook.lastFailureEndedAt === null || outcome.startedAt > webhook.lastFailureEndedAt;
}

function decideFailure(webhook: LiveWebhook, outcome: AttemptOutcome, rules: FailureRules, at: Instant) {
  if (webhook.enabledAt !== null && outcome.startedAt < webhook.enabledAt) return [];
  if (webhook.recoveredAt !== null && outcome.endedAt <= webhook.recoveredAt) return [];
  const events: WebhookEvent[] = [];
  const isGone = outcome.errorClass === 'gone';
  if (countsAsOneMore(webhook, outcome)) {
    const failures = webhook.failures.length + 1;
    events.push(failedEvent(outcome, at));
    if (rules.alertOn.includes(failures)) {
      events.push({ type: 'WebhookFailureAlertRaised', data: { failures, at } });
    }
    if (failures >= rules.disableAfter && !isGone) {
      const detail = `${failures} attempts in a row failed.`;
      events.push({ type: 'WebhookDisabled', data: { reason: 'failing', detail, at } });
    }
  }
  if (isGone) {
    const detail = 'The receiver answered 410 Gone.';
    events.push({ type: 'WebhookDisabled', data: { reason: 'gone', detail, at } });
  }
  return events;
}

/**
 * A success resets the count and ends an alert, unless it is an old success that arrives late: it ended before the
 * last counted failure did, or started before the webhook was enabled.
 */
function decideSuccess(webhook: LiveWebhook, outcome: AttemptOutcome, at: Instant): WebhookEvent[] {
  const failures = webhook.failures.length;
  if (failures === 0 && !webhook.isAlerted) return [];
  if (webhook.enabledAt !== null && outcome.startedAt < webhook.enabledAt) return [];
  if (webhook.lastFailureEndedAt !== null && outcome.endedAt <= webhook.lastFailureEndedAt) return [];
  const { deliveryId, attempt, endedAt } = outcome;
  return [{ type: 'WebhookRecovered', data: { deliveryId, attempt, endedAt, failures, at } }];
}

/**
 * Decides on a batch of outcomes, in the order in which the attempts ended. Outcomes of a disabled webhook do not
 * count. Failures that begin and end within the batch without an alert leave no event: otherwise an endpoint that
 * fails one request in a hundred would fill its stream for ever.
 */
export function decideOutcomes(
  webhook: LiveWebhook,
  outcomes: readonly AttemptOutcome[],
  rules: FailureRules,
  at: Instant,
): WebhookEvent[] {
  const events: WebhookEvent[] = [];
  let state = webhook;
  /** Index in `events` at which the present failures in a row began; -1 if they began before this batch. */
  let rowStart = webhook.failures.length === 0 ? 0 : -1;
  for (const outcome of outcomes.filter(isTelling).toSorted(byEnd)) {
    if (!state.isActive) break;
    const decided =
      outcome.outcome === 'failed' ? decideFailure(state, outcome, rules, at) : decideSuccess(state, outcome, at);
    const wasAlerted = state.isAlerted;
    for (const event of decided) state = evolveLive(state, event) as LiveWebhook;
    if (decided[0]?.type !== 'WebhookRecovered') {
      events.push(...decided);
      continue;
    }
    const isFlicker =
      !wasAlerted && rowStart >= 0 && events.slice(rowStart).every(({ type }) => type === 'WebhookAttemptFailed');
    if (isFlicker) events.length = rowStart;
    else events.push(...decided);
    rowStart = events.length;
  }
  return events;
}

const byEnd = (one: AttemptOutcome, other: AttemptOutcome): number => {
  if (one.endedAt === other.endedAt) return 0;
  return one.endedAt < other.endedAt ? -1 : 1;
};
