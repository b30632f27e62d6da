import { tallyOf } from './detector.policy.ts';
import type { DetectorRules, Tally } from './detector.policy.ts';
import type { HostMemory } from './host-memory.ts';

/** A tally up to this age is used again to find out whether a verdict is possible at all, milliseconds. */
const TALLY_MS = 1_000;

/** Counts hosts by what became of their last attempts. Times in milliseconds since the epoch. */
export class HostTallies {
  private last: { readonly of: Tally; readonly at: number } | undefined;

  constructor(
    private readonly memory: HostMemory,
    private readonly rules: DetectorRules,
  ) {}

  /** At most a second old. */
  recent(now: number): Tally {
    return this.last && Math.abs(now - this.last.at) < TALLY_MS ? this.last.of : this.fresh(now);
  }

  fresh(now: number): Tally {
    this.last = { of: tallyOf(this.memory.all(), this.rules, now), at: now };
    return this.last.of;
  }
}
