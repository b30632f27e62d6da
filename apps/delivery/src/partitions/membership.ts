import { Injectable } from '@nestjs/common';

/** The session time-out of the consumer group of dispatch, milliseconds: Kafka gives the partitions away after it. */
export const SESSION_TIMEOUT_MS = 6_000;

/**
 * How lately the consumer group has heard of this replica. Once the last heartbeat is older than the session time-out
 * the partitions may be somebody else's, and no POST is started any more.
 */
@Injectable()
export class Membership {
  private msSinceHeartbeat: () => number = () => Number.POSITIVE_INFINITY;

  /** @param msSinceHeartbeat suspensions of the host included, see `HeartbeatAge` */
  follow(msSinceHeartbeat: () => number): void {
    this.msSinceHeartbeat = msSinceHeartbeat;
  }

  isFresh(): boolean {
    return this.msSinceHeartbeat() < SESSION_TIMEOUT_MS;
  }
}
