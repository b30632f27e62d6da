import type { FailureRow } from './circuit.policy.ts';

/** A circuit that is not closed. Times in milliseconds since the epoch. */
export interface OpenCircuit {
  readonly webhookId: string;
  readonly partition: number;
  /** How often it opened since the last success: at first, and at each probe that failed. */
  readonly openings: number;
  readonly openedAt: number;
  /** When it lets the next probe through; from then on it is half-open. */
  readonly probeAt: number;
}

/**
 * The parts of a circuit that have to survive a restart and a change of owner. Otherwise a roll-out during an outage would
 * start to count failures from zero.
 */
export interface StoredCircuit {
  readonly webhookId: string;
  readonly partition: number;
  readonly failures: FailureRow;
  /** The webhook's `activeSince` when the first of these failures ended; null: not known, as in rows of older releases. */
  readonly activeSince: number | null;
  readonly openings: number;
  /** Null: it is closed, and some failures in a row are counted. */
  readonly open: { readonly openedAt: number; readonly probeAt: number } | null;
}
