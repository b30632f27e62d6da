/** A request of this many records is sent at once: it is large enough to be worth a request. */
const LARGE_REQUEST = 200;
/** The time over which the rate is averaged, milliseconds. */
const WINDOW_MS = 20;
/** Up to this rate, in records a millisecond, no request waits. */
const CALM_RATE = 0.3;
const GAP_PER_RATE = 20;

/**
 * Spaces requests out in busy times: a request of three records costs Kafka and us about as much as one of three hundred. Up
 * to 300 records a second no request waits; above, the gap between two requests grows with the rate, up to a limit.
 */
export class Pace {
  private recent = 0;
  private countedAt = Number.NEGATIVE_INFINITY;
  private nextAt = 0;

  /**
   * @param maxMs the longest gap between two requests
   * @param now a monotonic clock, milliseconds
   */
  constructor(
    private readonly maxMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** To be called after each request, with the number of its records. */
  carried(records: number): void {
    const now = this.now();
    this.recent = this.recent * Math.exp((this.countedAt - now) / WINDOW_MS) + records;
    this.countedAt = now;
    const busy = this.recent / WINDOW_MS - CALM_RATE;
    this.nextAt = now + Math.min(Math.max(busy, 0) * GAP_PER_RATE, this.maxMs);
  }

  /** Milliseconds that the next request should wait, given how many records are ready for it. */
  waitMs(records: number): number {
    if (records >= LARGE_REQUEST) return 0;
    const wait = this.nextAt - this.now();
    return wait < 1 ? 0 : wait;
  }

  async ready(records: number): Promise<void> {
    const wait = this.waitMs(records);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
