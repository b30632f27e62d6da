import { systemClock, systemMonotonic } from '@signet/contracts';
import type { Clock, Monotonic } from '@signet/contracts';

/** One moment by two clocks, in milliseconds. */
interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/**
 * How long ago the last heartbeat was sent that the group acknowledged. Its answer may have lain here for any time: the
 * group counts from when it heard of us.
 *
 * The larger of two clocks' answers counts. The monotonic clock stands still while the host is suspended or its virtual
 * machine is paused, and by the wall clock an old heartbeat is young after that clock was set back. A wall clock that is
 * set forward makes the heartbeat too old, until the next one.
 */
export class HeartbeatAge {
  /** Kind of request → when the last one that was answered had been sent. */
  private readonly sentAt = new Map<string, Moment>();
  private heartbeatAt: Moment | undefined;

  constructor(
    private readonly monotonic: Monotonic = systemMonotonic,
    private readonly clock: Clock = systemClock,
  ) {}

  /**
   * @param durationMs from sending to the answer, by the monotonic clock
   * @param createdAt when the request was made, by the wall clock of then: the host may have been suspended since
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
