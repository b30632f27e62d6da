import type { Decider } from '@signet/event-store';
import type { AbandonReason } from '@signet/contracts';
import { SPENDS_ATTEMPT } from './attempt-cause.policy.ts';
import type { AttemptFacts, AttemptFailure, DeliveryEvent, DeliveryRequested } from './delivery.events.ts';
import type { RetryPolicy } from './retry-schedule.ts';
import { nextDelayMs } from './retry-schedule.ts';

/** The part of a delivery's state that `decide` needs. */
export type DeliveryState =
  | { readonly status: 'NONE' }
  | {
      readonly status: 'PENDING' | 'RETRYING' | 'SUCCESS' | 'FAILED';
      /** Number of attempts that the delivery has spent. */
      readonly attemptCount: number;
      /**
       * Number of further attempts, which spent none: failed probes of the webhook's circuit, and attempts that failed by the
       * platform's fault.
       */
      readonly unspentAttempts: number;
      readonly maxAttempts: number;
      /** A person asked for an attempt that has not been made yet. */
      readonly isRetryAsked: boolean;
    };

/** The outcome of a POST: `failure` is null when the receiver answered 2xx. */
export interface AttemptResult {
  readonly facts: AttemptFacts;
  readonly endedAtMs: number;
  readonly failure: AttemptFailure | null;
  /** The wait that the receiver asked for, milliseconds after the end of the attempt. */
  readonly retryAfterMs: number | null;
  /** The failure is final: no further attempt can succeed, as after 410 Gone. */
  readonly final: boolean;
}

export type DeliveryCommand =
  | { readonly type: 'RequestDelivery'; readonly data: DeliveryRequested['data'] }
  | {
      readonly type: 'RecordAttempt';
      readonly data: {
        readonly result: AttemptResult;
        readonly policy: RetryPolicy;
        readonly random: number;
        /** When the delivery is tried again if this attempt failed without spending one, milliseconds since the epoch. */
        readonly unspentRetryAtMs: number;
      };
    }
  | { readonly type: 'AbandonDelivery'; readonly data: { readonly reason: AbandonReason; readonly at: string } }
  | {
      readonly type: 'RetryDelivery';
      readonly data: { readonly by: string; readonly at: string; readonly jobId?: string };
    };

export class DeliveryNotFoundError extends Error {
  readonly code = 'delivery_not_found';
}

/** `attemptCount` attempts count against `maxAttempts`; `unspentAttempts` (failed probes, faults of the platform) do not. */
interface AttemptCounts {
  readonly attemptCount: number;
  readonly unspentAttempts: number;
}

/** Number of all attempts in the log. */
export const attemptsMade = ({ attemptCount, unspentAttempts }: AttemptCounts): number =>
  attemptCount + unspentAttempts;

/** Whether a retry that a person asked for is still to be made after this attempt. */
const isStillAsked = ({ isRetryAsked }: { readonly isRetryAsked: boolean }, { cause }: Pick<AttemptFacts, 'cause'>) =>
  isRetryAsked && cause !== 'person';

/**
 * The counts after a failed attempt, for the state and for the row. Events of older versions have no `isUnspent`: each of
 * their attempts was spent.
 */
export function countsAfter(
  before: AttemptCounts & { readonly maxAttempts: number; readonly isRetryAsked: boolean },
  event: Pick<AttemptFacts, 'cause'> & { readonly isUnspent?: boolean; readonly nextAttemptAt: string | null },
) {
  const attemptCount = before.attemptCount + (event.isUnspent ? 0 : 1);
  const unspentAttempts = before.unspentAttempts + (event.isUnspent ? 1 : 0);
  const isRetryAsked = isStillAsked(before, event) && event.nextAttemptAt !== null;
  const maxAttempts = isRetryAsked ? Math.max(before.maxAttempts, attemptCount + 1) : before.maxAttempts;
  return { attemptCount, unspentAttempts, isRetryAsked, maxAttempts };
}

const isOpen = (state: DeliveryState): boolean => state.status === 'PENDING' || state.status === 'RETRYING';

/** Whether the delivery can be tried again automatically: only while it is open and has attempts left. */
export const canBeRetried = (state: DeliveryState): boolean =>
  isOpen(state) && state.status !== 'NONE' && state.attemptCount < state.maxAttempts;

function decide(command: DeliveryCommand, state: DeliveryState): DeliveryEvent[] {
  switch (command.type) {
    case 'RequestDelivery':
      // The same request twice makes one delivery.
      return state.status === 'NONE' ? [{ type: 'DeliveryRequested', data: command.data }] : [];
    case 'RecordAttempt':
      return recordAttempt(command.data, state);
    case 'AbandonDelivery':
      return abandon(command.data, state);
    case 'RetryDelivery':
      if (state.status === 'NONE') throw new DeliveryNotFoundError('There is no such delivery.');
      return [{ type: 'DeliveryRetryRequested', data: retryRequested(command.data) }];
  }
}

const retryRequested = ({ by, at, jobId }: Extract<DeliveryCommand, { type: 'RetryDelivery' }>['data']) => ({
  requestedBy: by,
  requestedAt: at,
  ...(jobId !== undefined && { jobId }),
});

function abandon({ reason, at }: { reason: AbandonReason; at: string }, state: DeliveryState): DeliveryEvent[] {
  if (state.status === 'NONE' || !isOpen(state)) return [];
  return [{ type: 'DeliveryAbandoned', data: { reason, abandonedAt: at, attemptCount: state.attemptCount } }];
}

function recordAttempt(
  { result, policy, random, unspentRetryAtMs }: Extract<DeliveryCommand, { type: 'RecordAttempt' }>['data'],
  state: DeliveryState,
): DeliveryEvent[] {
  const { facts, failure } = result;
  // The delivery has ended, or the attempt is counted already: an owner that has lost its partition reported late.
  if (state.status === 'NONE' || !isOpen(state) || facts.attempt !== attemptsMade(state) + 1) return [];
  if (failure === null) return [{ type: 'DeliveryAttemptSucceeded', data: facts }];
  const isUnspent = (!SPENDS_ATTEMPT[facts.cause] || failure.fault === 'platform') && !result.final;
  const spent = state.attemptCount + (isUnspent ? 0 : 1);
  // A person asked for a retry while this attempt was on the wire: the retry is still to be made, at once, even if no
  // attempts are left.
  const isAsked = isStillAsked(state, facts) && !result.final;
  const isLast = result.final || (spent >= state.maxAttempts && !isAsked);
  const retryAtMs = result.endedAtMs + nextDelayMs(policy, spent, random, result.retryAfterMs);
  const nextAttemptAt = isLast
    ? null
    : new Date(isAsked ? result.endedAtMs : isUnspent ? unspentRetryAtMs : retryAtMs).toISOString();
  return [{ type: 'DeliveryAttemptFailed', data: { ...facts, ...failure, nextAttemptAt, isUnspent } }];
}

function evolve(state: DeliveryState, event: DeliveryEvent): DeliveryState {
  switch (event.type) {
    case 'DeliveryRequested':
      return {
        status: 'PENDING',
        attemptCount: 0,
        unspentAttempts: 0,
        maxAttempts: event.data.maxAttempts,
        isRetryAsked: false,
      };
    case 'DeliveryAttemptSucceeded':
      return state.status === 'NONE' ? state : { ...state, status: 'SUCCESS', attemptCount: state.attemptCount + 1 };
    case 'DeliveryAttemptFailed':
      if (state.status === 'NONE') return state;
      return {
        ...state,
        status: event.data.nextAttemptAt === null ? 'FAILED' : 'RETRYING',
        ...countsAfter(state, event.data),
      };
    case 'DeliveryAbandoned':
      return state.status === 'NONE' ? state : { ...state, status: 'FAILED' };
    case 'DeliveryRetryRequested':
      if (state.status === 'NONE') return state;
      return {
        ...state,
        status: 'RETRYING',
        isRetryAsked: event.data.jobId === undefined,
        maxAttempts: Math.max(state.maxAttempts, state.attemptCount + 1),
      };
  }
}

export const deliveryDecider: Decider<DeliveryState, DeliveryCommand, DeliveryEvent> = {
  initialState: () => ({ status: 'NONE' }),
  decide,
  evolve,
};
