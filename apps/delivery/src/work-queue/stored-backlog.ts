import { pause } from '@signet/async';
import type { Clock } from '@signet/contracts';
import type { DueDeliveries, ParkedWebhook } from './due-deliveries.ts';
import type { HandOver } from '../partitions/hand-over.ts';
import type { Ownership, PartitionClaim } from '../partitions/ownership.ts';

export interface StoredBacklogParts {
  readonly due: DueDeliveries;
  readonly handOver: HandOver;
  readonly ownership: Ownership;
  readonly clock: Clock;
  /** All leases that were taken until now have ended by this time. */
  readonly latestLeaseEnd: () => Date;
  /** The offsets from which these partitions of delivery.requests.v1 are read: all requests before them are stored. */
  readonly committedOffsets: (partitions: readonly number[]) => Promise<ReadonlyMap<number, bigint>>;
  /** These webhooks have parked deliveries. */
  readonly onParked: (webhooks: readonly ParkedWebhook[]) => void;
  /** Runs work in the background; only the end of the service waits for it. */
  readonly inBackground: (work: () => Promise<void>) => Promise<void>;
  readonly stopping: AbortSignal;
}

/**
 * The deliveries of our partitions that are in PostgreSQL without this process knowing of them: earlier owners left them, or
 * they waited behind a delivery that has gone since.
 */
export class StoredBacklog {
  /**
   * For partitions with stored deliveries that must keep an order: the offset of the last of these. The order holds only when
   * Kafka has been read again up to there.
   */
  private readonly catchingUp = new Map<number, bigint>();
  private isLooking = false;

  constructor(private readonly parts: StoredBacklogParts) {}

  /**
   * Takes over the deliveries that earlier owners have left, whether these still run or not. Of partitions that stayed, the
   * deliveries are this replica's own.
   */
  async takeOver(partitions: readonly number[]): Promise<void> {
    const { ownership, handOver, clock, latestLeaseEnd, inBackground } = this.parts;
    const claims = ownership.all().filter(({ partition }) => partitions.includes(partition));
    const taken = claims.filter(({ isTakenOver }) => !isTakenOver);
    await Promise.all([
      handOver.takeOver(taken, clock(), latestLeaseEnd()),
      handOver.holdNoLonger(claims.filter(({ isTakenOver }) => isTakenOver)),
    ]);
    for (const claim of taken) claim.isTakenOver = true;
    void inBackground(() => this.untilNothingIsHeld(taken));
    await this.catchUp(partitions);
    await this.lookAt(partitions);
  }

  /** Requests of the partition were taken over up to this offset: stored deliveries before it can now be sent in order. */
  readTo(partition: number, offset: bigint): void {
    const claim = this.parts.ownership.claim(partition);
    if (!claim || offset <= claim.readTo) return;
    claim.readTo = offset;
    const last = this.catchingUp.get(partition);
    if (last === undefined || last >= offset) return;
    this.catchingUp.delete(partition);
    void this.parts.inBackground(() => this.lookAt([partition]));
  }

  /**
   * Looks for parked deliveries again. They wait until this process wakes them, and a wake-up can be missed, for instance
   * when the delivery before them was deleted. Does nothing while the last query is still under way, so that a slow
   * PostgreSQL does not get two at once.
   */
  lookAgain(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    const partitions = this.parts.ownership.all().map(({ partition }) => partition);
    void this.parts.inBackground(() => this.lookAt(partitions)).finally(() => (this.isLooking = false));
  }

  /**
   * A delivery that an earlier owner has on the wire blocks its subject. That owner does not report its end to this replica,
   * so it is polled.
   */
  private async untilNothingIsHeld(claims: readonly PartitionClaim[]): Promise<void> {
    const { ownership, handOver, stopping: signal } = this.parts;
    for (;;) {
      const partitions = claims.filter((claim) => ownership.holds(claim)).map(({ partition }) => partition);
      if (signal.aborted || partitions.length === 0 || !(await handOver.areSomeHeld(partitions))) return;
      await pause(HELD_AGAIN_MS, signal);
      await this.lookAt(partitions);
    }
  }

  private async catchUp(partitions: readonly number[]): Promise<void> {
    const ordered = await this.parts.due.lastOrdered(partitions);
    if (ordered.size === 0) return;
    const committed = await this.parts.committedOffsets([...ordered.keys()]);
    for (const [partition, last] of ordered) {
      this.catchingUp.set(partition, last);
      this.readTo(partition, committed.get(partition) ?? 0n);
    }
  }

  private async lookAt(partitions: readonly number[]): Promise<void> {
    this.parts.onParked(await this.parts.due.parkedWebhooks(partitions));
  }
}

const HELD_AGAIN_MS = 500;
