import { createRequire } from 'node:module';

interface Request {
  readonly sentAt: number;
  readonly requestTimeout: number;
  timeoutRequest(): void;
}
interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly inflight: ReadonlyMap<number, Request>;
  readonly throttledUntil: number;
  readonly enforceRequestTimeout: boolean;
  requestTimeoutIntervalId: NodeJS.Timeout;
  isConnected(): boolean;
  /** Ends the timers. */
  destroy(): void;
}
type Schedule = (this: RequestQueue) => void;

/** How often a connection looks for requests that have timed out, milliseconds: the time-outs are 15 s and more. */
const LOOK_MS = 1_000;

let isStopped = false;

/**
 * Two timers of kafkajs 2.2.4 keep a process awake that has nothing to do. On an idle connection, kafkajs 2.2.4 arms a timer of a millisecond again and again to look for pending requests, although
 * there are none (tulios/kafkajs#1751): eight connections take several percent of a core. This patch does not arm the timer
 * while no request is pending and the connection is not throttled; the next request that is queued arms it by itself. Each connection
 * also looks ten times a second for requests that have timed out; with this patch, once.
 */
export function stopIdleTimer(): void {
  if (isStopped) return;
  isStopped = true;
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: { scheduleCheckPendingRequests: Schedule; scheduleRequestTimeoutCheck: Schedule };
  };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
    schedule.call(this);
  };
  prototype.scheduleRequestTimeoutCheck = function (this: RequestQueue): void {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(() => {
      for (const request of [...this.inflight.values()])
        if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
      if (!this.isConnected()) this.destroy();
    }, LOOK_MS);
  };
}
