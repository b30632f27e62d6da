import { performance } from 'node:perf_hooks';
import type { EventLoopUtilization } from 'node:perf_hooks';

const WINDOW_MS = 250;
/** Of the event loop's time: what has no hurry takes the rest up to this share. */
const BUSY = 0.5;

/** How busy this process's event loop was lately. */
export class EventLoopLoad {
  private since: EventLoopUtilization = performance.eventLoopUtilization();
  private isOverBusy = false;

  isBusy(): boolean {
    const lately = performance.eventLoopUtilization(this.since);
    if (lately.idle + lately.active >= WINDOW_MS) {
      this.isOverBusy = lately.utilization > BUSY;
      this.since = performance.eventLoopUtilization();
    }
    return this.isOverBusy;
  }
}
