import { monitorEventLoopDelay } from 'node:perf_hooks';

const NANOSECONDS = 1_000_000;

export interface EventLoopWatchOptions {
  /** A window is bad if its median delay is longer than this. */
  readonly limitMs?: number;
  readonly windowMs?: number;
  /** After so many bad windows in a row the process counts as not alive. */
  readonly badWindows?: number;
  /** How often the delay is looked at, milliseconds: many times in a window. Each look wakes the process. */
  readonly lookMs?: number;
}

const DEFAULTS = { limitMs: 1_000, windowMs: 10_000, badWindows: 6, lookMs: 200 };

/**
 * Judges whether the event loop is permanently late, so that the process must be replaced. A garbage collection or a burst of
 * work delays it only for a short time; so the check fails only after several bad windows in a row. (A process whose event loop
 * is blocked does not answer /livez at all.)
 */
export class EventLoopWatch {
  private readonly options: typeof DEFAULTS;
  /** The times between two looks. */
  private readonly looks;
  private readonly timer: NodeJS.Timeout;
  private badInARow = 0;

  constructor(options: EventLoopWatchOptions = {}) {
    this.options = { ...DEFAULTS, ...options };
    this.looks = monitorEventLoopDelay({ resolution: this.options.lookMs });
    this.looks.enable();
    this.timer = setInterval(() => this.closeWindow(), this.options.windowMs);
    this.timer.unref();
  }

  /** For HealthRegistry.addLiveness. */
  check(): true | string {
    const { limitMs, badWindows } = this.options;
    return (
      this.badInARow < badWindows || `the event loop was more than ${limitMs} ms late in ${this.badInARow} windows`
    );
  }

  stop(): void {
    clearInterval(this.timer);
    this.looks.disable();
  }

  private closeWindow(): void {
    const lateMs = this.looks.percentile(50) / NANOSECONDS - this.options.lookMs;
    this.badInARow = lateMs > this.options.limitMs ? this.badInARow + 1 : 0;
    this.looks.reset();
  }
}
