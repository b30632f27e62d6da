import { monitorEventLoopDelay } from 'node:perf_hooks';

const NANOSECONDS = 1_000_000;

export interface EventLoopWatchOptions {
  /** A window is bad if its median delay is longer than this. */
  readonly limitMs?: number;
  readonly windowMs?: number;
  /** How often the delay is looked at, milliseconds; each look wakes the process. */
  readonly lookMs?: number;
  /** After so many bad windows in a row the process counts as not alive. */
  readonly badWindows?: number;
}

/**
 * Judges whether the event loop is permanently late, so that the process must be replaced. A garbage collection or a burst of
 * work delays it only for a short time; so the check fails only after several bad windows in a row. (A process whose event loop
 * is blocked does not answer /livez at all.)
 */
export class EventLoopWatch {
  private readonly delay;
  private readonly timer: NodeJS.Timeout;
  private badInARow = 0;

  constructor(private readonly options: EventLoopWatchOptions = {}) {
    this.delay = monitorEventLoopDelay({ resolution: options.lookMs ?? 200 });
    this.delay.enable();
    this.timer = setInterval(() => this.closeWindow(), options.windowMs ?? 10_000);
    this.timer.unref();
  }

  /** For HealthRegistry.addLiveness. */
  check(): true | string {
    const { limitMs = 1_000, badWindows = 6 } = this.options;
    return (
      this.badInARow < badWindows || `the event loop was more than ${limitMs} ms late in ${this.badInARow} windows`
    );
  }

  stop(): void {
    clearInterval(this.timer);
    this.delay.disable();
  }

  private closeWindow(): void {
    const isBad = this.delay.percentile(50) / NANOSECONDS > (this.options.limitMs ?? 1_000);
    this.badInARow = isBad ? this.badInARow + 1 : 0;
    this.delay.reset();
  }
}
