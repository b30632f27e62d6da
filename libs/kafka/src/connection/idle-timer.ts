import { createRequire } from 'node:module';

interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
}
type Schedule = (this: RequestQueue) => void;

let isStopped = false;

/**
 * Once a connection is idle, kafkajs 2.2.4 re-arms a timer of a millisecond for ever to look at requests that are not
 * there (tulios/kafkajs#1751): eight connections take several percent of a core. With nothing pending and nothing
 * throttled there is nothing to look at, and the next request that is queued arms the timer by itself.
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
