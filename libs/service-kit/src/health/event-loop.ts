import { monitorEventLoopDelay } from 'node:perf_hooks';

const NANOSECONDS = 1_000_000;

export interface EventLoopWatchOptions {
  /** A window whose median delay is longer than this is a bad one. */
  readonly limitMs?: number;
  readonly windowMs?: number;
  /** This many bad windows in a row, and the process is not alive. */
  readonly badWindows?: number;
}

/**
 * Tells a process that limps from one that works hard: it fails only when the event loop was late for minutes on end,
 * which a garbage collection or a burst of work never is. (One that is stuck altogether does not answer /livez at all.)
 */
export class EventLoopWatch {
  private readonly delay = monitorEventLoopDelay({ resolution: 20 });
  private readonly timer: NodeJS.Timeout;
  private badInARow = 0;

  constructor(private readonly options: EventLoopWatchOptions = {}) {
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
