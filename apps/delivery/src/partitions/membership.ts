import { Injectable } from '@nestjs/common';

/** The session time-out of the consumer group of dispatch, milliseconds: Kafka gives the partitions away after it. */
export const SESSION_TIMEOUT_MS = 6_000;

/**
 * Whether the consumer group has had a heartbeat of this replica recently. Once the last heartbeat is older than the session
 * time-out, another replica may have the partitions, and no POST is started any more.
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
