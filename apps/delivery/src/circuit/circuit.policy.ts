import type { AttemptCause } from '../delivery/attempt-cause.policy.ts';
import { COUNTS_AS_FAILURE } from '../delivery/attempt-cause.policy.ts';

/** When the circuit of a webhook opens, and when it probes. */
export interface CircuitRules {
  /** It opens at this many failures in a row, however far they lie apart: this protects a webhook with little traffic. */
  readonly failuresInRow: number;
  /** Delay before probe 1, 2, …; the last step repeats. Milliseconds. */
  readonly probeScheduleMs: readonly number[];
}

/**
 * It also opens when at least this many attempts ended as failures within the window, and they are half of all: this
 * protects a busy webhook, whose overlapping failures count as one in the row.
 */
export const FAILURES_IN_WINDOW = 5;

/** Failures without a success between them. Times in milliseconds since the epoch. */
export interface FailureRow {
  readonly count: number;
  /** When the last counted failure ended; null: none was counted yet. It survives a success. */
  readonly lastEndedAt: number | null;
}

export const NO_FAILURES: FailureRow = { count: 0, lastEndedAt: null };

/** An attempt that has ended. Times in milliseconds since the epoch. */
export interface EndedAttempt {
  readonly outcome: 'succeeded' | 'failed';
  readonly cause: AttemptCause;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * The row after a failure. Failures that overlap count once, by the same rule as the registry's
 * (`webhook-outcomes.decider.ts`): fifty parallel requests into a dead host are one failure.
 */
export function afterFailure(row: FailureRow, { cause, startedAt, endedAt }: EndedAttempt): FailureRow {
  if (!COUNTS_AS_FAILURE[cause]) return row;
  if (row.lastEndedAt !== null && startedAt <= row.lastEndedAt) return row;
  return { count: row.count + 1, lastEndedAt: endedAt };
}

export const afterSuccess = (row: FailureRow): FailureRow => ({ ...row, count: 0 });

/** What of a circuit tells to which enabling of its webhook it belongs. Times in milliseconds since the epoch. */
export interface CircuitOrigin {
  /** The webhook's `activeSince` when the first of its failures ended; null: not known. */
  readonly activeSince: number | null;
  readonly failures: FailureRow;
  /** null: the circuit is closed. */
  readonly open: { readonly openedAt: number } | null;
}

/**
 * Whether the webhook was enabled since the circuit began: the registry counts its failures anew, and so does the circuit.
 * Both times come from the registry, so that no clock of delivery matters. Only a circuit of an older release, which did
 * not note the enabling, is judged by the times of its failures.
 *
 * @param enabledAt the webhook's present `activeSince`
 */
export function isBeforeEnabling(enabledAt: number, { activeSince, failures, open }: CircuitOrigin): boolean {
  if (activeSince !== null) return activeSince !== enabledAt;
  return Math.max(failures.lastEndedAt ?? 0, open?.openedAt ?? 0) < enabledAt;
}

export const isRowLong = (row: FailureRow, { failuresInRow }: CircuitRules): boolean => row.count >= failuresInRow;

/** @param window attempts that ended within the last seconds, by outcome */
export const isWindowBad = (window: { readonly failures: number; readonly successes: number }): boolean =>
  window.failures >= FAILURES_IN_WINDOW && window.failures >= window.successes;

/** Delay before the probe that follows this opening, counted from 1. Milliseconds. */
export const probeDelayMs = ({ probeScheduleMs }: CircuitRules, openings: number): number =>
  probeScheduleMs[Math.min(openings, probeScheduleMs.length) - 1] ?? 0;

/**
 * POSTs at once to a webhook whose circuit has just closed: 1, and twice as many after each success, so that what was
 * held back does not knock over a receiver that has just come back. Null: no limit of this kind.
 *
 * @param most what the webhook may have anyway
 */
export function rampAfter(ramp: number | null, outcome: EndedAttempt['outcome'], most: number): number | null {
  if (ramp === null) return null;
  if (outcome === 'failed') return 1;
  return ramp * 2 >= most ? null : ramp * 2;
}
