/** A request of this many records is worth its while by itself. */
const LARGE_REQUEST = 200;
/** What the rate is averaged over, milliseconds. */
const WINDOW_MS = 20;
/** Records a millisecond up to which nothing waits. */
const CALM_RATE = 0.3;
const GAP_PER_RATE = 20;

/**
 * Spaces requests out in busy times: one of three records costs Kafka and us about what one of three hundred does. Up
 * to 300 records a second nothing waits; above, the gap between two requests grows with the rate, up to a limit.
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

  /** A request carried so many records. */
  carried(records: number): void {
    const now = this.now();
    this.recent = this.recent * Math.exp((this.countedAt - now) / WINDOW_MS) + records;
    this.countedAt = now;
    const busy = this.recent / WINDOW_MS - CALM_RATE;
    this.nextAt = now + Math.min(Math.max(busy, 0) * GAP_PER_RATE, this.maxMs);
  }

  /** Milliseconds that the next request should wait when so many records are there for it. */
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
