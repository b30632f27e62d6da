import type { VirtualClock } from '../time/virtual-clock.ts';

/**
 * The process of a replica. After a crash nothing of it happens any more. While it is paused (a frozen virtual machine) its timers and
 * the answers to it wait, and come all at once when it goes on.
 */
export class Host {
  isAlive = true;
  /** Milliseconds since the epoch. */
  pausedUntil = 0;

  constructor(
    /** Not used twice: a replica that starts again has another name. */
    readonly name: string,
    private readonly clock: VirtualClock,
  ) {}

  after(ms: number, work: () => void): void {
    this.clock.after(ms, () => this.run(work));
  }

  /** Does the work now, or when the process goes on. */
  run(work: () => void): void {
    if (!this.isAlive) return;
    if (this.clock.now < this.pausedUntil) this.clock.at(this.pausedUntil, () => this.run(work));
    else work();
  }
}
