/** The starts of the last attempts, as many as the window may hold, milliseconds since the epoch. */
interface Window {
  readonly perSecond: number;
  /** When this replica began to serve the webhook, milliseconds since the epoch. */
  readonly since: number;
  readonly lengthMs: number;
  readonly starts: Float64Array;
  /** Where the oldest start lies. */
  oldest: number;
  /** A wake-up is planned for the time at which the next attempt may start. */
  isWakePlanned: boolean;
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

  /**
   * Milliseconds until the next attempt may start; 0: now.
   *
   * @param since when this replica began to serve the webhook, milliseconds since the epoch
   * @param now milliseconds since the epoch
   */
  waitMs(webhookId: string, perSecond: number, since: number, now: number): number {
    const { starts, oldest, lengthMs } = this.window(webhookId, perSecond, now, since);
    return Math.max(0, (starts[oldest] ?? 0) + lengthMs - now);
  }

  /** An attempt starts now, milliseconds since the epoch. */
  started(webhookId: string, perSecond: number, now: number): void {
    const window = this.window(webhookId, perSecond, now);
    window.starts[window.oldest] = now;
    window.oldest = (window.oldest + 1) % window.starts.length;
  }

  /** Returns false if a wake-up is planned already: a webhook has at most one. */
  planWake(webhookId: string): boolean {
    const window = this.windows.get(webhookId);
    if (!window || window.isWakePlanned) return false;
    window.isWakePlanned = true;
    return true;
  }

  /** The time of the planned wake-up has come. */
  woken(webhookId: string): void {
    const window = this.windows.get(webhookId);
    if (window) window.isWakePlanned = false;
  }

  private window(webhookId: string, perSecond: number, now: number, since = 0): Window {
    const known = this.windows.get(webhookId);
    if (known?.perSecond === perSecond && since <= known.since) return known;
    const length = Math.max(1, Math.floor(perSecond));
    const window: Window = {
      perSecond,
      since: Math.max(since, known?.since ?? 0),
      lengthMs: (length / perSecond) * 1000,
      starts: new Float64Array(length).fill(since),
      oldest: 0,
      isWakePlanned: false,
    };
    if (known) takeOver(known, window);
    else if (this.windows.size >= WINDOWS_KEPT) this.forgetThoseAtRest(now);
    this.windows.set(webhookId, window);
    return window;
  }

  private forgetThoseAtRest(now: number): void {
    for (const [webhookId, { starts, oldest, lengthMs, isWakePlanned }] of this.windows) {
      const newest = starts.at(oldest - 1) ?? 0;
      if (!isWakePlanned && newest + lengthMs <= now) this.windows.delete(webhookId);
    }
  }
}

/**
 * The limit has changed, or the partition was taken anew: the newest starts still count. Some may come after the taking: a person may
 * ask for an attempt before the webhook's first other delivery is sent.
 */
function takeOver(from: Window, to: Window): void {
  const ordered = [...from.starts.subarray(from.oldest), ...from.starts.subarray(0, from.oldest)];
  const newest = ordered.slice(-to.starts.length).map((start) => Math.max(start, to.since));
  to.starts.set(newest, to.starts.length - newest.length);
}
