import type { Clock } from '@signet/contracts';

/** The starts of the last attempts, as many as the window may hold, milliseconds since the epoch. */
interface Window {
  readonly perSecond: number;
  /** When this replica began to serve the webhook, milliseconds since the epoch. */
  readonly since: number;
  readonly lengthMs: number;
  readonly starts: Float64Array;
  /** Where the oldest start lies. */
  oldest: number;
  timer: NodeJS.Timeout | undefined;
}

/** If there are more windows than this, the windows of webhooks without recent attempts are forgotten. */
const WINDOWS_KEPT = 1_000;

/**
 * How many attempts a webhook's `rateLimitPerSecond` allows. It is a sliding window: any interval of one second, wherever it
 * begins, has at most that many. A webhook is served by one replica at a time, which makes the count exact without a shared
 * store. The attempts of the previous owner are not known, so a window begins full, as if they had all started when the
 * partition was taken.
 */
export class RateLimits {
  private readonly windows = new Map<string, Window>();

  constructor(private readonly clock: Clock) {}

  /**
   * Milliseconds until the next attempt may start; 0: now.
   *
   * @param since when this replica began to serve the webhook, milliseconds since the epoch
   */
  waitMs(webhookId: string, perSecond: number, since: number): number {
    const { starts, oldest, lengthMs } = this.window(webhookId, perSecond, since);
    return Math.max(0, (starts[oldest] ?? 0) + lengthMs - this.clock().getTime());
  }

  /** An attempt starts. */
  started(webhookId: string, perSecond: number, at: Date): void {
    const window = this.window(webhookId, perSecond);
    window.starts[window.oldest] = at.getTime();
    window.oldest = (window.oldest + 1) % window.starts.length;
  }

  /** Calls back after the wait. A webhook has at most one pending call. */
  later(webhookId: string, perSecond: number, waitMs: number, resume: () => void): void {
    const window = this.window(webhookId, perSecond);
    window.timer ??= setTimeout(() => {
      window.timer = undefined;
      resume();
    }, waitMs);
  }

  close(): void {
    for (const { timer } of this.windows.values()) clearTimeout(timer);
    this.windows.clear();
  }

  private window(webhookId: string, perSecond: number, since = 0): Window {
    const known = this.windows.get(webhookId);
    if (known?.perSecond === perSecond && since <= known.since) return known;
    clearTimeout(known?.timer);
    const length = Math.max(1, Math.floor(perSecond));
    const window: Window = {
      perSecond,
      since: Math.max(since, known?.since ?? 0),
      lengthMs: (length / perSecond) * 1000,
      starts: new Float64Array(length).fill(since),
      oldest: 0,
      timer: undefined,
    };
    if (known && since <= known.since) takeOver(known, window);
    else if (!known && this.windows.size >= WINDOWS_KEPT) this.forgetThoseAtRest();
    this.windows.set(webhookId, window);
    return window;
  }

  private forgetThoseAtRest(): void {
    const now = this.clock().getTime();
    for (const [webhookId, { starts, oldest, lengthMs, timer }] of this.windows) {
      const newest = starts.at(oldest - 1) ?? 0;
      if (timer === undefined && newest + lengthMs <= now) this.windows.delete(webhookId);
    }
  }
}

/** The limit has changed: the newest starts count under the new limit, too. */
function takeOver(from: Window, to: Window): void {
  const ordered = [...from.starts.subarray(from.oldest), ...from.starts.subarray(0, from.oldest)];
  const newest = ordered.slice(-to.starts.length);
  to.starts.set(newest, to.starts.length - newest.length);
}
