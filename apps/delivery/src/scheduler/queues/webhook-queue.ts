import { FAILURES_IN_WINDOW } from '../../circuit/circuit.policy.ts';
import type { DeliveryTask } from '../delivery-task.ts';
import type { SlotKind, Slots } from '../limits/slots.ts';

/**
 * How many POSTs that people asked for one webhook may have at once. They come on top of its other slots: otherwise a test
 * would wait until a receiver that hangs gives slots back.
 */
const ASKED_AT_ONCE = 4;
/**
 * How many more such deliveries may wait ahead of the queue; further ones wait in the queue like all others. Without a bound,
 * a thousand retries of a receiver that hangs would fill the memory for leased deliveries, and no tenant's retries would be
 * read for hours.
 */
const ASKED_WAITING = 8;

/** The moving average covers about this many attempts. */
const ATTEMPTS_AVERAGED = 16;

/**
 * The deliveries of one webhook that wait in memory. Fresh deliveries and those read from PostgreSQL share the webhook's
 * slots; each kind is first come, first served. Neither kind waits until the other is finished.
 */
export class WebhookQueue {
  private readonly waiting: Readonly<Record<SlotKind, Set<DeliveryTask>>> = { fresh: new Set(), stored: new Set() };
  private readonly onTheWire: Record<SlotKind, number> = { fresh: 0, stored: 0 };
  private last: SlotKind = 'stored';
  /** Tests, and retries that a person asked for. */
  private readonly asked = new Set<DeliveryTask>();
  private askedOnTheWire = 0;
  /** Some of the webhook's parked deliveries have to keep an order. */
  isOrdered = false;
  /** A read of parked deliveries is under way. */
  isRefilling = false;
  /** When an attempt last ended, or the first began, milliseconds since the epoch. */
  progressAt = 0;
  /** When the webhook last made its deliveries wait (circuit, limit, order, slow receiver), milliseconds since the epoch. */
  keptWaitingAt = Number.NEGATIVE_INFINITY;
  /** How long an attempt takes: a moving average, milliseconds. */
  attemptMs = 0;
  /** Deliveries on their way to PostgreSQL. */
  parking = 0;
  /** Failed attempts since the last that succeeded. */
  private failures = 0;
  private parkings = 0;
  private emptiedAt = 0;

  constructor(
    readonly webhookId: string,
    readonly tenantId: string,
  ) {}

  get inFlight(): number {
    return this.onTheWire.fresh + this.onTheWire.stored;
  }

  get length(): number {
    return this.waiting.fresh.size + this.waiting.stored.size;
  }

  count(kind: SlotKind): number {
    return this.waiting[kind].size;
  }

  /** All fresh tasks except the first `count`. */
  freshBehind(count: number): ReadonlySet<DeliveryTask> {
    return new Set(this.waiting.fresh.size > count ? [...this.waiting.fresh].slice(Math.ceil(count)) : []);
  }

  /** When the claim of the waiting deliveries was taken, milliseconds since the epoch; 0 when none waits. */
  get servedSince(): number {
    const [task] = this.waiting.fresh.size > 0 ? this.waiting.fresh : this.waiting.stored;
    return task?.claim.takenAt ?? 0;
  }

  /** PostgreSQL holds deliveries of this webhook that are parked until there is room here. */
  get hasParked(): boolean {
    return this.parkings > this.emptiedAt;
  }

  get isIdle(): boolean {
    const isEmpty = this.length === 0 && this.inFlight === 0 && this.asked.size === 0 && this.askedOnTheWire === 0;
    return isEmpty && this.parking === 0 && !this.hasParked && !this.isRefilling;
  }

  /** A delivery was parked. The count tells whether a read of parked deliveries began before or after that. */
  markParked(): void {
    this.parkings += 1;
  }

  get parkingCount(): number {
    return this.parkings;
  }

  /** A read that began when `parkingCount` had this value found that no more deliveries are parked. */
  markEmptied(parkingCount: number): void {
    this.emptiedAt = Math.max(this.emptiedAt, parkingCount);
  }

  attemptEnded(ms: number, hasFailed: boolean): void {
    this.attemptMs += (ms - this.attemptMs) / ATTEMPTS_AVERAGED;
    this.failures = hasFailed ? this.failures + 1 : 0;
  }

  /**
   * How many POSTs the webhook may have at once: `most`, less one for each failure in a row. An endpoint that begins to hang
   * then occupies its slots for one time-out only: as its attempts fail it gets fewer slots back, until its circuit opens. If
   * the failures were chance, the first success restores all slots.
   */
  slots(most: number): number {
    return Math.max(1, most - Math.min(this.failures, FAILURES_IN_WINDOW - 1));
  }

  push(task: DeliveryTask): void {
    if (task.isUrgent) this.asked.add(task);
    else this.waiting[task.slotKind].add(task);
  }

  /** Whether one more delivery that a person asked for may wait ahead of the queue. */
  get takesUrgent(): boolean {
    return this.asked.size < ASKED_WAITING;
  }

  /** Takes the next delivery that a person asked for, unless enough of them are on the wire. Its POST begins. */
  startAsked(): DeliveryTask | undefined {
    const [task] = this.askedOnTheWire < ASKED_AT_ONCE ? this.asked : [];
    if (!task) return undefined;
    this.asked.delete(task);
    this.askedOnTheWire += 1;
    return task;
  }

  askedEnded(): void {
    this.askedOnTheWire -= 1;
  }

  /** Whether a delivery waits for which a slot is free. */
  hasNext(slots: Slots): boolean {
    return this.isNext('fresh', slots) || this.isNext('stored', slots);
  }

  /**
   * Takes the next delivery for which a slot is free. The kind with fewer POSTs on the wire goes first, so that slow retries
   * cannot take every slot of the webhook one after the other. If both kinds have equally many, they take turns.
   */
  shift(slots: Slots): DeliveryTask | undefined {
    const { fresh, stored } = this.onTheWire;
    const first: SlotKind = fresh < stored || (fresh === stored && this.last === 'stored') ? 'fresh' : 'stored';
    for (const kind of [first, first === 'fresh' ? 'stored' : 'fresh'] as const) {
      if (!this.isNext(kind, slots)) continue;
      const [task] = this.waiting[kind];
      if (task) this.waiting[kind].delete(task);
      return task;
    }
    return undefined;
  }

  /** Its POST begins. */
  started(kind: SlotKind): void {
    this.onTheWire[kind] += 1;
    this.last = kind;
  }

  ended(kind: SlotKind): void {
    this.onTheWire[kind] -= 1;
  }

  /** Takes a task out of the queue; false when it is no longer waiting. */
  remove(task: DeliveryTask): boolean {
    return this.waiting.fresh.delete(task) || this.waiting.stored.delete(task) || this.asked.delete(task);
  }

  /** Takes out all waiting deliveries, those that people asked for included. */
  drainAll(): DeliveryTask[] {
    const asked = [...this.asked];
    this.asked.clear();
    return [...asked, ...this.drain()];
  }

  drain(): DeliveryTask[] {
    const tasks = [...this.waiting.stored, ...this.waiting.fresh];
    this.waiting.stored.clear();
    this.waiting.fresh.clear();
    return tasks;
  }

  private isNext(kind: SlotKind, slots: Slots): boolean {
    return this.waiting[kind].size > 0 && slots.isFree(kind, this.tenantId);
  }
}
