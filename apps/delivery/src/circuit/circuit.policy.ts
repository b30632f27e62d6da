import type { AttemptCause } from '../delivery/attempt-cause.policy.ts';
import { COUNTS_AS_FAILURE } from '../delivery/attempt-cause.policy.ts';

/** When the circuit of a webhook opens, and when it probes. */
export interface CircuitRules {
  /**
   * The circuit opens at this many failures in a row, even if hours lie between them: this protects a webhook with little
   * traffic.
   */
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

/**
 * The parts of a circuit that show whether its failures began before or after its webhook was last enabled. Times in
 * milliseconds since the epoch.
 */
export interface CircuitOrigin {
  /** The webhook's `activeSince` when the first of its failures ended; null: not known. */
  readonly activeSince: number | null;
  readonly failures: FailureRow;
  /** null: the circuit is closed. */
  readonly open: { readonly openedAt: number } | null;
}

/**
 * Whether the webhook was enabled since the circuit began: the registry counts its failures anew, and so does the circuit.
 * Both times come from the registry's clock, so a wrong clock of delivery cannot change the result. A circuit of an older
 * release has no such time: it is judged by the times of its failures, and if the clocks differ it may be kept or forgotten
 * wrongly once.
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
 * How many POSTs a webhook whose circuit has just closed may have at once: 1, and twice as many after each success. Otherwise
 * the deliveries that were held back could overload a receiver that has just come back. Null: no limit of this kind.
 *
 * @param most the webhook's usual number of POSTs at once
 */
export function rampAfter(ramp: number | null, outcome: EndedAttempt['outcome'], most: number): number | null {
  if (ramp === null) return null;
  if (outcome === 'failed') return 1;
  return ramp * 2 >= most ? null : ramp * 2;
}
