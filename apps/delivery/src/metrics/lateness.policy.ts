/** Who has kept a delivery waiting. */
export type Waited = 'receiver' | 'platform';
/** Value of the label `fault` of the histograms of delays; `none`: it was not late. */
export type LatenessFault = Waited | 'none';

/** A first attempt is to start within this time of the acceptance. The rules of deploy/prometheus have the same. */
export const OBJECTIVE_SECONDS = 5;

/**
 * Whose fault it is that a first attempt started so long after the acceptance. What is late although nobody was seen to keep it
 * waiting is late by ours: a replica that was down, a consumer that lags, a machine that is too slow.
 */
export const faultOfStart = (seconds: number, waited: Waited | null): LatenessFault =>
  waited ?? (seconds > OBJECTIVE_SECONDS ? 'platform' : 'none');

export interface Success {
  /** From the acceptance to the start of the attempt that succeeded. */
  readonly startedAfterSeconds: number;
  /** Number of that attempt, counted from 1. */
  readonly attempt: number;
  /** Attempts before it that were spent: the platform's failures and failed probes spend none. */
  readonly spentBefore: number;
  readonly waited: Waited | null;
}

/** Whose fault it is that a delivery took so long: of the receiver where it has failed before. */
export function faultOfDelivery({ startedAfterSeconds, attempt, spentBefore, waited }: Success): LatenessFault {
  if (attempt === 1) return faultOfStart(startedAfterSeconds, waited);
  if (spentBefore > 0) return 'receiver';
  // A failed probe means that its circuit was open, which has kept it waiting.
  return waited ?? 'platform';
}
