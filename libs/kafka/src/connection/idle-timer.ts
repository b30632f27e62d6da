import { createRequire } from 'node:module';

interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
}
type Schedule = (this: RequestQueue) => void;

let isStopped = false;

/**
 * On an idle connection, kafkajs 2.2.4 arms a timer of a millisecond again and again to look for pending requests, although
 * there are none (tulios/kafkajs#1751): eight connections take several percent of a core. This patch does not arm the timer
 * while no request is pending and the connection is not throttled; the next request that is queued arms it by itself.
 */
export function stopIdleTimer(): void {
  if (isStopped) return;
  isStopped = true;
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: { scheduleCheckPendingRequests: Schedule };
  };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
    schedule.call(this);
  };
}
