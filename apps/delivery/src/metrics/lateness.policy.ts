/** Why a delivery had to wait: because of its receiver or of the platform. */
export type Waited = 'receiver' | 'platform';
/** Value of the label `fault` of the histograms of delays; `none`: it was not late. */
export type LatenessFault = Waited | 'none';

/** A first attempt should start within this time of the acceptance. The rules in deploy/prometheus have the same value. */
export const OBJECTIVE_SECONDS = 5;

/**
 * Judges whose fault the delay of a first attempt is. If no reason for a wait was noted, a late attempt is the platform's
 * fault: a replica was down, a consumer lagged, or a machine was too slow. If the judgement is wrong, only the label of the
 * metric is wrong.
 */
export const faultOfStart = (seconds: number, waited: Waited | null): LatenessFault =>
  waited ?? (seconds > OBJECTIVE_SECONDS ? 'platform' : 'none');

export interface Success {
  /** From the acceptance to the start of the attempt that succeeded. */
  readonly startedAfterSeconds: number;
  /** Number of that attempt, counted from 1. */
  readonly attempt: number;
  /** Number of spent attempts before it. Failures of the platform and failed probes spend none. */
  readonly spentBefore: number;
  readonly waited: Waited | null;
}

/** Judges whose fault the duration of a delivery is: the receiver's, if the delivery has failed before. */
export function faultOfDelivery({ startedAfterSeconds, attempt, spentBefore, waited }: Success): LatenessFault {
  if (attempt === 1) return faultOfStart(startedAfterSeconds, waited);
  if (spentBefore > 0) return 'receiver';
  // A failed probe means that the circuit was open, which made the delivery wait.
  return waited ?? 'platform';
}
