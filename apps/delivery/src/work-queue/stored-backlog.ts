import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@signet/contracts';
import type { DueDeliveries, ParkedWebhook } from './due-deliveries.ts';
import type { HandOver } from '../partitions/hand-over.ts';
import type { Ownership, PartitionClaim } from '../partitions/ownership.ts';

export interface StoredBacklogParts {
  readonly due: DueDeliveries;
  readonly handOver: HandOver;
  readonly ownership: Ownership;
  readonly clock: Clock;
  /** No lease that was taken until now ends later. */
  readonly latestLeaseEnd: () => Date;
  /** The offsets from which these partitions of delivery.requests.v1 are read: what lies before them is stored. */
  readonly committedOffsets: (partitions: readonly number[]) => Promise<ReadonlyMap<number, bigint>>;
  /** These webhooks have parked deliveries. */
  readonly onParked: (webhooks: readonly ParkedWebhook[]) => void;
  /** Runs what nobody waits for but the end of the service. */
  readonly inBackground: (work: () => Promise<void>) => Promise<void>;
  readonly stopping: AbortSignal;
}

/**
 * What lies in PostgreSQL for the partitions served here without this process having put it there: left by owners before,
 * or behind something that has gone since.
 */
export class StoredBacklog {
  /** Partitions whose stored deliveries must keep an order: the last of them, before which all has to be read again. */
  private readonly catchingUp = new Map<number, bigint>();
  private isLooking = false;

  constructor(private readonly parts: StoredBacklogParts) {}

  /** Takes over what owners before have left, dead or alive; of partitions that stayed it is this replica's own. */
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

  /** Requests of the partition were taken over up to this offset; what is stored before it may keep its order now. */
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
   * What is parked waits for a sign from here; one may have gone amiss, as where a delivery before it was deleted. Not
   * while it is still being looked: a slow PostgreSQL is not asked twice at once.
   */
  lookAgain(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    const partitions = this.parts.ownership.all().map(({ partition }) => partition);
    void this.parts.inBackground(() => this.lookAt(partitions)).finally(() => (this.isLooking = false));
  }

  /** What an owner before has on the wire stands in the way of its subject; that it has ended is not told here. */
  private async untilNothingIsHeld(claims: readonly PartitionClaim[]): Promise<void> {
    const { ownership, handOver, stopping: signal } = this.parts;
    for (;;) {
      const partitions = claims.filter((claim) => ownership.holds(claim)).map(({ partition }) => partition);
      if (signal.aborted || partitions.length === 0 || !(await handOver.areSomeHeld(partitions))) return;
      await wait(HELD_AGAIN_MS, undefined, { signal }).catch(() => undefined);
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
