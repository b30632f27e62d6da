import { systemClock, systemMonotonic } from '@signet/contracts';
import type { Clock, Monotonic } from '@signet/contracts';

/** One moment by two clocks, in milliseconds. */
interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/**
 * How long ago the last heartbeat was sent that the group acknowledged. It counts from the sending and not from the answer: the
 * answer may have waited in this process for any time, and the group counts from when it got the heartbeat.
 *
 * The age is measured by two clocks, and the larger one counts. The monotonic clock alone stands still while the host is
 * suspended or its virtual machine is paused. The wall clock alone makes an old heartbeat young when it is set back. If the
 * wall clock is set forward, the heartbeat counts as too old until the next one.
 */
export class HeartbeatAge {
  /** Kind of request → when the last answered request of this kind was sent. */
  private readonly sentAt = new Map<string, Moment>();
  private heartbeatAt: Moment | undefined;

  constructor(
    private readonly monotonic: Monotonic = systemMonotonic,
    private readonly clock: Clock = systemClock,
  ) {}

  /**
   * @param durationMs from sending to the answer, by the monotonic clock
   * @param createdAt when the request was made, by the wall clock as it was then: the host may have been suspended since
   */
  answered(kind: string, durationMs: number, createdAt: number): void {
    this.sentAt.set(kind, { monotonic: this.monotonic() - durationMs, wall: createdAt });
  }

  /** The group has acknowledged the last request of this kind. */
  acknowledged(kind: string): void {
    this.heartbeatAt = this.sentAt.get(kind);
  }

  /** Milliseconds; infinite before the first heartbeat. */
  ms(): number {
    if (!this.heartbeatAt) return Number.POSITIVE_INFINITY;
    const { monotonic, wall } = this.heartbeatAt;
    return Math.max(this.monotonic() - monotonic, this.clock().getTime() - wall);
  }
}
