import type { DeliveryOutcome } from '@signet/contracts';
import { OUTCOME_CAUSE } from '../delivery/attempt-cause.policy.ts';
import type { DeliveryAbandoned, DeliveryEvent } from '../delivery/delivery.events.ts';

/** The data of a row of the log. */
export interface LoggedEvents {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly tenantId: string;
  readonly eventId: string;
  /** Null if the row was written by a version that did not store it. */
  readonly messageId: string | null;
  readonly source: string | null;
  readonly subject: string | null;
  readonly eventType: string;
  readonly kind: DeliveryOutcome['kind'];
  readonly events: readonly DeliveryEvent[];
}

/**
 * The outcomes for other services: one for each attempt in the row, and one if the delivery was abandoned. A pure function,
 * so a repeat is the same bytes.
 */
export function outcomesOf(logged: LoggedEvents): DeliveryOutcome[] {
  const { events, ...of } = logged;
  const outcomes: DeliveryOutcome[] = [];
  for (const event of events) {
    if (event.type === 'DeliveryAbandoned') outcomes.push({ ...of, ...abandoned(event.data) });
    if (event.type !== 'DeliveryAttemptSucceeded' && event.type !== 'DeliveryAttemptFailed') continue;
    const { attempt, startedAt, endedAt, response } = event.data;
    const cause = OUTCOME_CAUSE[event.data.cause ?? 'schedule'];
    const common = { ...of, attempt, cause, startedAt, endedAt, statusCode: response?.statusCode ?? null };
    outcomes.push(
      event.type === 'DeliveryAttemptSucceeded'
        ? {
            ...common,
            outcome: 'succeeded',
            deliveryStatus: 'SUCCESS',
            errorClass: null,
            fault: 'none',
            nextAttemptAt: null,
          }
        : {
            ...common,
            outcome: 'failed',
            deliveryStatus: event.data.nextAttemptAt === null ? 'FAILED' : 'RETRYING',
            errorClass: event.data.errorClass,
            fault: event.data.fault,
            nextAttemptAt: event.data.nextAttemptAt,
          },
    );
  }
  return outcomes;
}

const abandoned = ({ reason, abandonedAt, attemptCount }: DeliveryAbandoned['data']) =>
  ({
    attempt: attemptCount,
    startedAt: abandonedAt,
    endedAt: abandonedAt,
    statusCode: null,
    outcome: 'failed',
    deliveryStatus: 'FAILED',
    errorClass: reason,
    fault: 'none',
    nextAttemptAt: null,
  }) as const;
