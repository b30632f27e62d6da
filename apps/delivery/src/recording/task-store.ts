import type { Clock } from '@signet/contracts';
import { settledBefore } from '../settled-before.ts';
import type { Due } from '../delivery/storage/delivery.log.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { DueDeliveries } from '../work-queue/due-deliveries.ts';
import { Batcher } from './batcher.ts';
import type { HandOver } from '../partitions/hand-over.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import type { Recorder } from './recorder.ts';

export interface TaskStoreParts {
  readonly recorder: Recorder;
  readonly due: DueDeliveries;
  readonly handOver: HandOver;
  readonly clock: Clock;
  /** Somebody else has taken the partition: nothing of it can be written under this claim any more. */
  readonly onLost: (claim: PartitionClaim) => void;
  /** PostgreSQL could not be asked. What is stored is leased: it comes back by itself when the lease ends. */
  readonly onError: (error: unknown) => void;
}

/** A receiver gets a delivery whose success cannot be recorded once in this time, milliseconds. */
const REFUSED_WAIT_MS = 24 * 60 * 60 * 1_000;

/** Writes what dispatch decides about deliveries, and never throws: each failure has its own way back. */
export class TaskStore {
  /** A batch of overdue deliveries is parked with one statement. */
  private readonly parking: Batcher<DeliveryTask>;

  constructor(private readonly parts: TaskStoreParts) {
    this.parking = new Batcher((tasks) => parts.due.reschedule(tasks, 'parked'));
  }

  /**
   * Stores the task's pending events, or only its time where there are none. The owner is not alone: a person may ask
   * for a retry, or delete, while an attempt is on the wire. Then what happened is decided once more, on the log as it
   * is now, so that no attempt goes unrecorded.
   *
   * @param dueOf when the delivery is looked at again, by what was decided
   * @param decide decides again after the task was read anew
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
        // Deleted: there is nothing left to be told of.
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
   * What happened to a delivery could not be recorded; the dead-letter topic has it. If PostgreSQL has an earlier state of
   * the delivery, it would be sent again at the end of each lease: it waits for its next attempt, or a day.
   */
  private async leaveRefused(task: DeliveryTask, due: Due): Promise<void> {
    if (task.stored === 0) return;
    await this.parts.due.reschedule([task], due ?? new Date(this.parts.clock().getTime() + REFUSED_WAIT_MS));
  }

  /** What became of an attempt that was on the wire when its partition was given up. */
  private async storeHeld(task: DeliveryTask, dueAt: Due): Promise<void> {
    if (task.pending.length > 0 && (await this.parts.recorder.recordHeld(task, dueAt))) return;
    this.parts.onLost(task.claim);
  }

  /** These were not tried: whoever is next need not wait for the ends of their leases. */
  async handBack(tasks: readonly DeliveryTask[]): Promise<void> {
    await this.parts.handOver.handBack(tasks, this.parts.clock()).catch(this.parts.onError);
  }

  /**
   * Whoever serves these next waits for what becomes of their attempts: they are on the wire.
   *
   * @param bound when PostgreSQL is not waited for any longer. What is not held then goes out once more from the next owner, as
   *   after a crash. A statement that is under way may still be carried out, which harms nothing (see `HandOver.hold`).
   */
  async hold(tasks: readonly DeliveryTask[], marginMs: number, bound: AbortSignal): Promise<void> {
    await settledBefore(bound, this.holdNow(tasks, marginMs, bound));
  }

  private async holdNow(tasks: readonly DeliveryTask[], marginMs: number, bound: AbortSignal): Promise<void> {
    const { recorder, handOver, onError } = this.parts;
    const until = (task: DeliveryTask): Date => new Date(task.attemptEndsAt + marginMs);
    try {
      // Some are just being stored with a lease, which the next owner would end.
      while (tasks.some(({ inFlight, writing }) => inFlight && writing)) {
        await Promise.all(tasks.map(({ writing }) => writing));
        // The partitions may have come back since, and others of their deliveries gone out.
        if (bound.aborted) return;
      }
      const left = tasks.filter(({ inFlight, writing }) => inFlight && !writing);
      const stored = left.filter((task) => task.stored > 0);
      const holding = handOver.hold(stored, stored.map(until));
      // What comes of the attempts is written behind it.
      for (const task of stored) task.writing = holding.catch(() => undefined);
      await Promise.all([
        holding.finally(() => stored.forEach((task) => (task.writing = undefined))),
        // Held by the statement that stores it: between two of them somebody could take it over.
        ...left.filter((task) => task.stored === 0).map((task) => recorder.record(task, { heldUntil: until(task) })),
      ]);
    } catch (error) {
      onError(error);
    }
  }

  /** Parks the tasks: they wait for room, not for a time. */
  async park(tasks: readonly DeliveryTask[]): Promise<void> {
    const isStored = (task: DeliveryTask): boolean => task.stored > 0 && task.pending.length === 0 && !task.isUrgent;
    const stored = this.parking.add(tasks.filter(isStored)).catch(this.parts.onError);
    // What a person asked for waits for nothing: it is leased again with the next look at the work queue.
    const dueOf = (task: DeliveryTask): Due => (task.isUrgent ? this.parts.clock() : 'parked');
    const rest = tasks.filter((task) => !isStored(task)).map((task) => this.store(task, () => dueOf(task)));
    await Promise.all([stored, ...rest]);
  }
}
