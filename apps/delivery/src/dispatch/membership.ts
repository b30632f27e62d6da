import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK } from '@signet/service-kit';

/** The session time-out of the consumer group of dispatch, milliseconds: Kafka gives the partitions away after it. */
export const SESSION_TIMEOUT_MS = 6_000;

/**
 * How lately the consumer group has heard of this replica. Once the last heartbeat is older than the session time-out
 * the partitions may be somebody else's, and no POST is started any more.
 */
@Injectable()
export class Membership {
  private lastHeartbeatAt: () => number = () => 0;

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  follow(lastHeartbeatAt: () => number): void {
    this.lastHeartbeatAt = lastHeartbeatAt;
  }

  isFresh(): boolean {
    return this.clock().getTime() - this.lastHeartbeatAt() < SESSION_TIMEOUT_MS;
  }
}
