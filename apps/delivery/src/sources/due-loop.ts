import { PollLoop } from '@signet/service-kit';
import type { Worker } from '../dispatch/worker.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { Lease, Leases } from '../work-queue/leases.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';

export interface DueLoopOptions {
  /** How often PostgreSQL is asked when nothing wakes the loop. */
  readonly pollMs: number;
  /** Deliveries read at once. */
  readonly batchSize: number;
  /** When the queues of webhooks are full: how many due deliveries of each partition are checked for parking at once. */
  readonly parkedAtOnce: number;
  /** Parked deliveries read at once, of all webhooks together. */
  readonly refilledAtOnce: number;
}

/** How many deliveries that people asked for are leased at once when there is no room for others. */
const ASKED_FOR_AT_ONCE = 8;

/**
 * Reads stored deliveries from PostgreSQL for the scheduler: those that are due, and parked ones whose
 * webhook has room again.
 */
export class DueLoop {
  private readonly loop: PollLoop;

  constructor(
    private readonly leases: Leases,
    private readonly worker: Worker,
    /** Claims of the partitions that this replica may serve now. */
    private readonly claims: () => PartitionClaim[],
    private readonly options: DueLoopOptions,
    onError: (error: unknown) => void,
  ) {
    this.loop = new PollLoop(() => this.round(), options.pollMs, onError);
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Asks PostgreSQL now, for instance because a circuit lets its probe through. Has no effect before the start. */
  wake(): void {
    this.loop.wake();
  }

  /** True when more deliveries can probably be read now. */
  private async round(): Promise<boolean> {
    const claims = this.claims();
    if (claims.length === 0) return false;
    if (this.worker.scheduler.queues.roomForLeased === 0) return this.onlyAskedFor(claims);
    const refilled = await this.refill(claims);
    const batchSize = Math.min(this.options.batchSize, this.worker.scheduler.queues.roomForLeased);
    if (batchSize === 0) return refilled > 0;
    const { tasks } = await this.offerLeased(() => this.leases.leaseDue(claims, batchSize));
    if (tasks.length === batchSize) await this.parkCrowded(claims);
    return tasks.length === batchSize || refilled > 0;
  }

  /** There is no room for more deliveries; only those that people asked for are read. */
  private async onlyAskedFor(claims: readonly PartitionClaim[]): Promise<false> {
    await this.offerLeased(() => this.leases.leaseAskedFor(claims, ASKED_FOR_AT_ONCE));
    return false;
  }

  /**
   * Parks due deliveries of webhooks without room with one statement. Otherwise, when many retries are due, each would be
   * read and then parked one by one.
   */
  private async parkCrowded(claims: readonly PartitionClaim[]): Promise<void> {
    const crowded = this.worker.scheduler.queues.crowded();
    if (crowded.length > 0) await this.leases.parkDue(claims, crowded, this.options.parkedAtOnce);
  }

  private async refill(claims: readonly PartitionClaim[]): Promise<number> {
    const wanted = this.worker.scheduler.queues.beginRefills(this.options.refilledAtOnce);
    if (wanted.length === 0) return 0;
    try {
      const { tasks, leased } = await this.offerLeased(() => this.leases.leaseParked(claims, wanted));
      let inOrder = 0;
      for (const { queue, webhookId, limit, parkingCount } of wanted) {
        const count = queue.isOrdered ? await this.refillInOrder(claims, webhookId, limit) : 0;
        if (count === 0 && (leased.get(webhookId) ?? 0) < limit) queue.markEmptied(parkingCount);
        inOrder += count;
      }
      return tasks.length + inOrder;
    } finally {
      this.worker.tell({ type: 'Refilled', refills: wanted });
    }
  }

  private async refillInOrder(claims: readonly PartitionClaim[], webhookId: string, limit: number): Promise<number> {
    const { tasks } = await this.offerLeased(() => this.leases.leaseInOrder(claims, webhookId, limit));
    return tasks.length;
  }

  /**
   * If a delivery of the same lane was stored while the query ran, it may come before those that were read: these are parked
   * again. A delivery that was in memory here, and was stored with a newer state while the query ran, is given back: it would be sent
   * once more with the state from before that.
   */
  private async offerLeased(lease: () => Promise<Lease>): Promise<Lease> {
    const watch = this.worker.scheduler.watchLanes();
    const changes = this.worker.scheduler.watchChanges();
    const isOld = ({ id, stored }: DeliveryTask): boolean => stored < (changes.left.get(id) ?? 0);
    try {
      const leased = await lease();
      const old = leased.tasks.filter(isOld);
      for (const task of leased.tasks)
        if (!old.includes(task)) this.worker.tell({ type: 'Leased', task, isBehindStored: watch.isOutdated(task) });
      await this.leases.giveBack(old);
      return leased;
    } finally {
      watch.end();
      changes.end();
    }
  }
}
