/** Attempts of the last ten seconds decide whether a busy webhook's circuit opens. */
export const WINDOW_MS = 10_000;
/** The window moves on in two steps: it covers the last five to ten seconds. */
export const WINDOW_BUCKETS = 2;
export const BUCKET_MS = WINDOW_MS / WINDOW_BUCKETS;

export type Outcome = 'succeeded' | 'failed';
export type BreakerState = 'closed' | 'open' | 'half_open';

/** Attempts that ended within the window, by outcome. */
export interface Window {
  readonly failures: number;
  readonly successes: number;
}

/**
 * The parts of one webhook's circuit that time changes: the window of its last attempts, and the wait for the next probe. When it
 * opens and closes is decided by its owner. Every method has its whole effect before it returns, and `state` and `window`
 * may be read at any time.
 *
 * Times are milliseconds since the epoch, and must not go back.
 */
export interface Breaker {
  readonly state: BreakerState;
  readonly window: Window;
  /** Counts an attempt that has ended. Does nothing unless the breaker is closed, and never changes its state. */
  record(outcome: Outcome, now: number): void;
  /** Opens it until `probeAt`, which lies after `now`: then it becomes half-open by itself. */
  open(probeAt: number, now: number): void;
  halfOpen(now: number): void;
  /** Closes it with an empty window. */
  close(now: number): void;
  /** Its last call: no state changes by itself any more. */
  stop(): void;
}

/**
 * Makes breakers, and carries their time. Dispatch has `OpossumBreakers`, on the timers of the process. A simulation has
 * `SimulatedBreakers`, on a time of its own. `breakers.unit.spec.ts` holds for both.
 */
export interface Breakers {
  /**
   * Makes a closed breaker.
   *
   * @param becameHalfOpen called when the breaker becomes half-open because its time has come, and not by a method
   */
  make(now: number, becameHalfOpen: () => void): Breaker;
  /** Calls `turn` about every `BUCKET_MS`, until it is stopped. Only one call at a time. */
  everyBucket(turn: () => void): void;
  stop(): void;
}
