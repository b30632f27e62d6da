import type { CpuSpent } from '../measure/cpu.ts';
import type { GrowthPoint } from '../growth/curves.ts';
import type { Ledger } from '../measure/ledger.ts';
import type { PartName } from '../measure/signet-processes.ts';
import type { CostsSpent } from '../costs/counts.ts';
import type { ProfiledPart } from '../profile/profiling.ts';

/** What TARGETS.md asks for. */
export interface Target {
  readonly relation: '≥' | '≤';
  readonly value: number;
}

/** How a figure is compared with the limit of the same run: a rate as a share of it, CPU as a multiple of it. */
export type Comparison = 'rate' | 'cpu';

export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Digits behind the point. */
  readonly digits: number;
  readonly unit?: string;
  readonly target?: Target;
  readonly comparison?: Comparison;
}

/** The results of one scenario. */
export interface Outcome {
  readonly scenario: string;
  readonly figures: readonly Figure[];
  readonly ledger: Ledger;
  /** Deliveries that the CPU was spent on; undefined where nothing was counted. */
  readonly cpu?: { readonly spent: CpuSpent; readonly deliveries: number };
  /** Of `growth`: the point of a curve. */
  readonly growth?: GrowthPoint;
  /** What a reader must know to read the figures. */
  readonly notes: readonly string[];
}

/** What the driver hands back. */
export interface DriverResult {
  readonly kind: 'result';
  readonly outcomes: readonly Outcome[];
  /** Scenarios that could not be run to their end, and why. */
  readonly failures: readonly { readonly scenario: string; readonly reason: string }[];
  /** Bytes at the end, by part. */
  readonly memory: Readonly<Partial<Record<PartName, number>>>;
  /** Parts whose processes could not be found on this machine. */
  readonly unseen: readonly PartName[];
  readonly profiles: readonly ProfiledPart[];
  readonly costs: readonly CostsSpent[];
}
