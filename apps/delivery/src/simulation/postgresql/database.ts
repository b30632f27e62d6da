import type { Due, Held } from '../../delivery/storage/delivery.log.ts';
import type { StoredCircuit } from '../../circuit/stored-circuit.ts';
import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { PresentDelivery } from '../../work-queue/due-deliveries.ts';
import { dueTime } from './tables.ts';
import type { Append, Owner, QueuedDelivery, StoredDelivery, TableWatcher } from './tables.ts';

/**
 * The tables of delivery, and what its statements do to them. Each method is one statement: it takes effect at once, as a whole.
 * Beside it stands the statement's name in `delivery.log.ts`, `ownership.ts`, `hand-over.ts` or `circuit.records.ts`.
 */
export class Database {
  readonly deliveries = new Map<string, StoredDelivery>();
  readonly queue = new Map<string, QueuedDelivery>();
  readonly owners = new Map<number, Owner>();
  readonly circuits = new Map<string, StoredCircuit>();

  constructor(private readonly watcher: TableWatcher) {}

  /** Whether the claim still holds: `ownedOf` and `ownedBy`. */
  owns({ partition, epoch, owner }: PartitionClaim): boolean {
    const present = this.owners.get(partition);
    return present?.epoch === epoch && present.owner === owner;
  }

  /** `Ownership.take`. @returns the new epoch */
  take(partition: number, held: number, owner: string): number {
    const known = this.owners.get(partition);
    const isKept = known !== undefined && known.owner === owner && known.epoch === held;
    const epoch = known === undefined ? held + 1 : known.epoch + (isKept ? 0 : 1);
    this.owners.set(partition, { epoch, owner });
    return epoch;
  }

  /** `insertDeliveries`. @returns whether the delivery was stored */
  insert({ task, row, events, version, due }: Append): boolean {
    if (!this.owns(task.claim) || this.deliveries.has(row.id)) return false;
    const stored: StoredDelivery = { row, version, events: [...events], task };
    this.deliveries.set(row.id, stored);
    const dueAt = dueTime(due);
    if (dueAt !== null) this.queue.set(row.id, this.queued(task, row.createdAt, dueAt, due));
    this.watcher.stored(stored, events, task.claim);
    return true;
  }

  /** `appendToDeliveries`. @returns whether the delivery was changed */
  append(append: Append): boolean {
    return this.owns(append.task.claim) && this.change(append);
  }

  /** `appendToHeldDelivery`: the claim no longer holds, but no replica has leased the delivery since it was held under it. */
  appendHeld(append: Append): boolean {
    const held = this.queue.get(append.row.id)?.heldEpoch ?? null;
    return held !== null && held === append.task.claim.epoch && this.change(append);
  }

  /** `existingDeliveries` */
  existing(ids: readonly string[]): Set<string> {
    return new Set(ids.filter((id) => this.deliveries.has(id)));
  }

  /** `DueDeliveries.read` */
  read({ id, claim }: DeliveryTask): PresentDelivery | null {
    const stored = this.deliveries.get(id);
    if (!stored) return null;
    const queued = this.queue.get(id);
    return {
      row: stored.row,
      version: stored.version,
      webhookVersion: queued?.webhookVersion ?? null,
      isOwned: this.owns(claim),
      isHeld: queued?.heldEpoch === claim.epoch,
    };
  }

  /** `DueDeliveries.reschedule` */
  reschedule(tasks: readonly DeliveryTask[], due: Due): void {
    const dueAt = dueTime(due);
    if (dueAt !== null) for (const task of tasks) if (this.owns(task.claim)) this.makeDue(task.id, dueAt);
  }

  /** `Leases.giveBack` */
  giveBack(tasks: readonly DeliveryTask[], now: number): void {
    for (const { id, claim } of tasks) {
      const nextRetryAt = this.deliveries.get(id)?.row.nextRetryAt ?? null;
      if (this.owns(claim)) this.makeDue(id, Math.max(now, nextRetryAt === null ? now : Date.parse(nextRetryAt)));
    }
  }

  /** `HandOver.takeOver` */
  takeOver(claim: PartitionClaim, now: number, latest: number): void {
    if (!this.owns(claim)) return;
    for (const queued of this.queueOf(claim.partition)) {
      const row = this.deliveries.get(queued.id)?.row;
      if (!row || queued.dueAt <= now || queued.dueAt > latest || queued.heldEpoch !== null) continue;
      if (Date.parse(row.nextRetryAt ?? row.createdAt) <= now) queued.dueAt = now;
    }
  }

  /** `HandOver.hold` */
  hold(tasks: readonly DeliveryTask[], until: readonly number[], attempts: readonly number[]): void {
    for (const [index, task] of tasks.entries()) {
      const queued = this.queue.get(task.id);
      const row = this.deliveries.get(task.id)?.row;
      if (!queued || !row || !this.owns(task.claim)) continue;
      if (row.attemptCount + row.unspentAttempts !== attempts[index]) continue;
      queued.dueAt = until[index]!;
      queued.heldEpoch = task.claim.epoch;
    }
  }

  /** `HandOver.handBack` */
  handBack(tasks: readonly DeliveryTask[], now: number): void {
    for (const { id, claim } of tasks)
      if (this.owns(claim) || this.queue.get(id)?.heldEpoch === claim.epoch) this.makeDue(id, now);
  }

  /** `HandOver.holdNoLonger` */
  holdNoLonger(claim: PartitionClaim): void {
    if (!this.owns(claim)) return;
    for (const queued of this.queueOf(claim.partition)) if (queued.heldEpoch === claim.epoch) queued.heldEpoch = null;
  }

  /** `CircuitRecords.replace` */
  writeCircuit(webhookId: string, circuit: StoredCircuit | null, claim: PartitionClaim): void {
    if (!this.owns(claim)) return;
    if (circuit) this.circuits.set(webhookId, circuit);
    else this.circuits.delete(webhookId);
  }

  /** `appendByRequest`: a person asks for a retry. */
  appendByRequest(
    id: string,
    row: StoredDelivery['row'],
    events: StoredDelivery['events'],
    webhookVersion: number,
  ): void {
    const stored = this.deliveries.get(id)!;
    stored.row = row;
    stored.version += 1;
    stored.events.push(...events);
    const queued = this.queue.get(id) ?? { ...this.queued(stored.task, row.createdAt, 0, null), order: null };
    queued.dueAt = Number.NEGATIVE_INFINITY;
    queued.webhookVersion = webhookVersion;
    this.queue.set(id, queued);
    this.watcher.stored(stored, events, null);
  }

  queueOf(partition: number): QueuedDelivery[] {
    return [...this.queue.values()].filter((queued) => queued.partition === partition);
  }

  private change({ row, events, version, due, task }: Append): boolean {
    const stored = this.deliveries.get(row.id);
    if (!stored || !this.isExpected(stored, version)) return false;
    stored.row = row;
    stored.version = version;
    stored.events.push(...events);
    const dueAt = dueTime(due);
    if (dueAt === null) this.queue.delete(row.id);
    else this.makeDue(row.id, dueAt);
    this.watcher.stored(stored, events, task.claim);
    return true;
  }

  private isExpected(stored: StoredDelivery, version: number): boolean {
    return stored.version === version - 1;
  }

  private makeDue(id: string, dueAt: number): void {
    const queued = this.queue.get(id);
    if (!queued) return;
    queued.dueAt = dueAt;
    queued.heldEpoch = null;
  }

  private queued(task: DeliveryTask, createdAt: string, dueAt: number, due: Due | Held): QueuedDelivery {
    const isHeld = due !== null && due !== 'parked' && 'heldUntil' in due;
    const { id, webhookId, order, claim } = task;
    return {
      id,
      partition: claim.partition,
      webhookId,
      order,
      createdAt: Date.parse(createdAt),
      dueAt,
      heldEpoch: isHeld ? claim.epoch : null,
      webhookVersion: null,
    };
  }
}
