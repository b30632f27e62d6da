import { Batcher, settledWithin } from '@signet/async';
import type { Clock } from '@signet/contracts';
import type { Due } from '../delivery/storage/delivery.log.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { DueDeliveries, PresentDelivery } from '../work-queue/due-deliveries.ts';
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
   * Stores the task's pending events, or only its time where there are none.
   *
   * @param due when the delivery is due next
   * @param isHeld another replica owns the partition now, and waits for the outcome of this attempt
   * @returns the present state of the delivery if the API has written meanwhile: a person may ask for a retry, or delete the
   *   delivery, while an attempt is on the wire. Nothing was stored then, and the decision has to be made once more. Undefined:
   *   nothing is left to be stored
   */
  async store(task: DeliveryTask, due: Due, isHeld: boolean): Promise<PresentDelivery | undefined> {
    try {
      if (isHeld) return await this.storeHeld(task, due);
      return (await this.write(task, due)) === 'outdated' ? await this.present(task) : undefined;
    } catch (error) {
      this.parts.onError(error);
      return undefined;
    }
  }

  /** Stores a task whose POST is under way. No other replica sends it before the lease ends. */
  async storeLeased(task: DeliveryTask, leaseEnd: Date): Promise<void> {
    await this.write(task, leaseEnd).catch(this.parts.onError);
  }

  private async write(task: DeliveryTask, due: Due): Promise<'outdated' | 'done'> {
    const { recorder, due: deliveries, onLost } = this.parts;
    if (task.pending.length === 0 && task.stored > 0) await deliveries.reschedule([task], due);
    else {
      const recorded = await recorder.record(task, due);
      if (recorded === 'lost') onLost(task.claim);
      if (recorded === 'unstorable') await this.leaveRefused(task, due);
      // `known`: an earlier write of ours was carried out although its answer was lost, or the request came twice.
      if (recorded === 'outdated' || recorded === 'known') return 'outdated';
    }
    return 'done';
  }

  private async present(task: DeliveryTask): Promise<PresentDelivery | undefined> {
    const present = await this.parts.due.read(task);
    // The delivery was deleted: nothing is left to be recorded.
    if (!present) return undefined;
    if (present.isOwned || present.isHeld) return present;
    this.parts.onLost(task.claim);
    return undefined;
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
  private async storeHeld(task: DeliveryTask, dueAt: Due): Promise<undefined> {
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
    const { recorder, handOver, clock, onError } = this.parts;
    const now = clock().getTime();
    const until = ({ place }: DeliveryTask): Date => new Date((place.at === 'wire' ? place.endsAt : now) + marginMs);
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
    const rest = tasks
      .filter((task) => !isStored(task))
      .map((task) => this.write(task, dueOf(task)).catch(this.parts.onError));
    await Promise.all([parked, ...rest]);
  }
}
