import type { VirtualClock } from './virtual-clock.ts';
import { BEGINNING } from './virtual-clock.ts';

/** What happened in a simulation, one sentence a line. Kept only on request: most runs are never read. */
export class Story {
  readonly lines: string[] = [];

  constructor(
    private readonly clock: VirtualClock,
    private readonly isKept: boolean,
  ) {}

  tell(sentence: () => string): void {
    if (this.isKept) this.lines.push(`${timeOf(this.clock.now)}  ${sentence()}`);
  }
}

/** Seconds since the simulation began. */
export const timeOf = (time: number): string => `${((time - BEGINNING) / 1_000).toFixed(3).padStart(9)} s`;
