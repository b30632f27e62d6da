import { Batcher, settledWithin } from '@signet/async';
import type { Clock } from '@signet/contracts';
import type { Due } from '../delivery/storage/delivery.log.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { DueDeliveries } from '../work-queue/due-deliveries.ts';
import type { HandOver } from '../partitions/hand-over.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import type { Recorder } from './recorder.ts';

export interface TaskStoreParts {
  readonly recorder: Recorder;
  readonly due: DueDeliveries;
  readonly handOver: HandOver;
  readonly clock: Clock;
  /** Another replica has taken the partition: no write of its deliveries succeeds under this claim any more. */
  readonly onLost: (claim: PartitionClaim) => void;
  /** A statement failed. Stored deliveries are leased: they come back by themselves when the lease ends. */
  readonly onError: (error: unknown) => void;
}

/** If PostgreSQL refuses to record the end of a delivery, the delivery is sent again only after this time, milliseconds. */
const REFUSED_WAIT_MS = 24 * 60 * 60 * 1_000;

/**
 * Writes what dispatch decides about deliveries. It never throws: after a failure a delivery comes back when its lease ends,
 * or from Kafka.
 */
export class TaskStore {
  /** A batch of overdue deliveries is parked with one statement. */
  private readonly parking: Batcher<DeliveryTask>;

  constructor(private readonly parts: TaskStoreParts) {
    this.parking = new Batcher((tasks) => parts.due.reschedule(tasks, 'parked'));
  }

  /**
   * Stores the task's pending events, or only its time where there are none. The owner is not the only writer: a person may
   * ask for a retry, or delete the delivery, while an attempt is on the wire. Then the task is read again and the decision is
   * made once more on the present log, so that every attempt is recorded.
   *
   * @param dueOf when the delivery is due next, according to the decision
   * @param decide makes the decision once more after the task was read again
   */
  async store(task: DeliveryTask, dueOf: () => Due, decide?: () => void): Promise<void> {
    const { recorder, due, onLost, onError } = this.parts;
    try {
      for (;;) {
        if (task.pending.length === 0 && task.stored > 0) return await due.reschedule([task], dueOf());
        const recorded = await recorder.record(task, dueOf());
        if (recorded === 'lost') return onLost(task.claim);
        if (recorded === 'unstorable') return await this.leaveRefused(task, dueOf());
        if (recorded !== 'outdated' || !decide) return;
        const present = await due.read(task);
        // The delivery was deleted: nothing is left to be recorded.
        if (!present) return;
        if (!present.isOwned && !present.isHeld) return onLost(task.claim);
        task.read(present.row, present.version, present.webhookVersion);
        decide();
        if (!present.isOwned) return await this.storeHeld(task, dueOf());
      }
    } catch (error) {
      onError(error);
    }
  }

  /**
   * PostgreSQL refused the delivery's events; the dead-letter topic has its request. If PostgreSQL has an earlier state of
   * the delivery, it would be sent again at the end of each lease. So it waits until its next attempt, or for a day if none
   * is planned.
   */
  private async leaveRefused(task: DeliveryTask, due: Due): Promise<void> {
    if (task.stored === 0) return;
    await this.parts.due.reschedule([task], due ?? new Date(this.parts.clock().getTime() + REFUSED_WAIT_MS));
  }

  /** Stores the outcome of an attempt that was on the wire when its partition was given up. */
  private async storeHeld(task: DeliveryTask, dueAt: Due): Promise<void> {
    if (task.pending.length > 0 && (await this.parts.recorder.recordHeld(task, dueAt))) return;
    this.parts.onLost(task.claim);
  }

  /** These tasks were not tried: their leases end now, so that the next owner need not wait. */
  async handBack(tasks: readonly DeliveryTask[]): Promise<void> {
    await this.parts.handOver.handBack(tasks, this.parts.clock()).catch(this.parts.onError);
  }

  /**
   * Holds tasks that are on the wire: the partition's next owner waits for the outcome of their attempts.
   *
   * @param bound aborts when PostgreSQL has had enough time. A task that is not held by then is sent once more by the next
   *   owner, as after a crash. A statement under way may still be carried out, which does no harm (see `HandOver.hold`).
   */
  async hold(tasks: readonly DeliveryTask[], marginMs: number, bound: AbortSignal): Promise<void> {
    await settledWithin(this.holdNow(tasks, marginMs, bound), bound);
  }

  private async holdNow(tasks: readonly DeliveryTask[], marginMs: number, bound: AbortSignal): Promise<void> {
    const { recorder, handOver, onError } = this.parts;
    const until = (task: DeliveryTask): Date => new Date(task.attemptEndsAt + marginMs);
    try {
      // Some tasks are being stored with a lease, which the next owner would end: wait, then hold them.
      while (tasks.some(({ inFlight, writing }) => inFlight && writing)) {
        await Promise.all(tasks.map(({ writing }) => writing));
        // The partitions may have come back meanwhile, and other deliveries of theirs may be on the wire.
        if (bound.aborted) return;
      }
      const left = tasks.filter(({ inFlight, writing }) => inFlight && !writing);
      const stored = left.filter((task) => task.stored > 0);
      const holding = handOver.hold(stored, stored.map(until));
      // The outcomes of the attempts are written after this statement.
      for (const task of stored) task.writing = holding.catch(() => undefined);
      await Promise.all([
        holding.finally(() => stored.forEach((task) => (task.writing = undefined))),
        // One statement stores and holds each of these: between two statements another replica could take it over.
        ...left.filter((task) => task.stored === 0).map((task) => recorder.record(task, { heldUntil: until(task) })),
      ]);
    } catch (error) {
      onError(error);
    }
  }

  /** Parks the tasks in PostgreSQL: they wait for room in their webhook's queue, not for a time. */
  async park(tasks: readonly DeliveryTask[]): Promise<void> {
    const isStored = (task: DeliveryTask): boolean => task.stored > 0 && task.pending.length === 0 && !task.isUrgent;
    const stored = tasks.filter(isStored);
    const parked = stored.length > 0 ? this.parking.add(stored).catch(this.parts.onError) : undefined;
    // A delivery that a person asked for is not parked but due now: the next read of the work queue leases it again.
    const dueOf = (task: DeliveryTask): Due => (task.isUrgent ? this.parts.clock() : 'parked');
    const rest = tasks.filter((task) => !isStored(task)).map((task) => this.store(task, () => dueOf(task)));
    await Promise.all([parked, ...rest]);
  }
}
