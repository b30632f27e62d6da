import { performance } from 'node:perf_hooks';
import type { EventLoopUtilization } from 'node:perf_hooks';

/** Long enough to say something about the load, and short beside the work that waits for a calmer time. */
const WINDOW_MS = 250;
/** The event loop counts as busy if it works for more than this share of the time. Work that is not urgent then waits. */
const BUSY = 0.5;

/**
 * Judges whether this process's event loop was busy lately, so that work that is not urgent leaves the time to deliveries. If
 * the judgement is wrong, that work is done somewhat too early or too late.
 */
export class EventLoopLoad {
  private since: EventLoopUtilization = performance.eventLoopUtilization();
  private isOverBusy = false;

  /** @param windowMs the load of at least so much time is judged */
  constructor(private readonly windowMs = WINDOW_MS) {}

  isBusy(): boolean {
    const lately = performance.eventLoopUtilization(this.since);
    if (lately.idle + lately.active >= this.windowMs) {
      this.isOverBusy = lately.utilization > BUSY;
      this.since = performance.eventLoopUtilization();
    }
    return this.isOverBusy;
  }
}
