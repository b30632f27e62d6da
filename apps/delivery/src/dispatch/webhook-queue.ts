import type { DeliveryTask } from './delivery-task.ts';

/** About so many attempts weigh in the average. */
const ATTEMPTS_AVERAGED = 16;

/** The deliveries of one webhook that wait in memory, first come first served. */
export class WebhookQueue {
  private readonly waiting = new Set<DeliveryTask>();
  inFlight = 0;
  /** In the list of queues that wait for a free slot. */
  isListed = false;
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
    return this.waiting.size;
  }

  /** PostgreSQL holds more for this webhook, parked until there is room here. */
  get hasParked(): boolean {
    return this.parkings > this.emptiedAt;
  }

  get isIdle(): boolean {
    return this.waiting.size === 0 && this.inFlight === 0 && !this.hasParked && !this.isRefilling;
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
    this.waiting.add(task);
  }

  shift(): DeliveryTask | undefined {
    for (const task of this.waiting) {
      this.waiting.delete(task);
      return task;
    }
    return undefined;
  }

  /** Takes a task out of the queue; false when it is no longer waiting. */
  remove(task: DeliveryTask): boolean {
    return this.waiting.delete(task);
  }

  drain(): DeliveryTask[] {
    const tasks = [...this.waiting];
    this.waiting.clear();
    return tasks;
  }
}
