import type { DeliveryTask } from './delivery-task.ts';
import type { SlotKind, Slots } from './slots.ts';

/** About so many attempts weigh in the average. */
const ATTEMPTS_AVERAGED = 16;

/**
 * The deliveries of one webhook that wait in memory. Fresh ones and those that came back from PostgreSQL take turns, each
 * first come first served: neither waits for the end of the others.
 */
export class WebhookQueue {
  private readonly waiting: Readonly<Record<SlotKind, Set<DeliveryTask>>> = { fresh: new Set(), stored: new Set() };
  private turn: SlotKind = 'fresh';
  inFlight = 0;
  /** Some of what is parked has to keep an order. */
  isOrdered = false;
  /** A read of parked deliveries is under way. */
  isRefilling = false;
  /** When an attempt last ended, or the first began, milliseconds since the epoch. */
  progressAt = 0;
  /** How long an attempt takes: a moving average, milliseconds. */
  attemptMs = 0;
  private parkings = 0;
  private emptiedAt = 0;

  constructor(readonly webhookId: string) {}

  get length(): number {
    return this.waiting.fresh.size + this.waiting.stored.size;
  }

  count(kind: SlotKind): number {
    return this.waiting[kind].size;
  }

  /** PostgreSQL holds more for this webhook, parked until there is room here. */
  get hasParked(): boolean {
    return this.parkings > this.emptiedAt;
  }

  get isIdle(): boolean {
    return this.length === 0 && this.inFlight === 0 && !this.hasParked && !this.isRefilling;
  }

  /** Something was parked. The count tells a read that began before it from one that began after. */
  markParked(): void {
    this.parkings += 1;
  }

  get parkingCount(): number {
    return this.parkings;
  }

  /** A read that began when `parkingCount` was this found no more. */
  markEmptied(parkingCount: number): void {
    this.emptiedAt = Math.max(this.emptiedAt, parkingCount);
  }

  attemptTook(ms: number): void {
    this.attemptMs += (ms - this.attemptMs) / ATTEMPTS_AVERAGED;
  }

  push(task: DeliveryTask): void {
    this.waiting[task.slotKind].add(task);
  }

  /** Whether something waits that a slot is free for. */
  hasNext(slots: Slots): boolean {
    const { fresh, stored } = this.waiting;
    return (fresh.size > 0 && slots.isFree('fresh')) || (stored.size > 0 && slots.isFree('stored'));
  }

  /** Whose turn it is among those that a slot is free for. */
  shift(slots: Slots): DeliveryTask | undefined {
    const other: SlotKind = this.turn === 'fresh' ? 'stored' : 'fresh';
    for (const kind of [this.turn, other]) {
      const [task] = this.waiting[kind];
      if (!task || !slots.isFree(kind)) continue;
      this.waiting[kind].delete(task);
      this.turn = kind === 'fresh' ? 'stored' : 'fresh';
      return task;
    }
    return undefined;
  }

  /** Takes a task out of the queue; false when it is no longer waiting. */
  remove(task: DeliveryTask): boolean {
    return this.waiting.fresh.delete(task) || this.waiting.stored.delete(task);
  }

  drain(): DeliveryTask[] {
    const tasks = [...this.waiting.stored, ...this.waiting.fresh];
    this.waiting.stored.clear();
    this.waiting.fresh.clear();
    return tasks;
  }
}
