import type { PartitionClaim } from '../../partitions/ownership.ts';
import { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { ParkedWebhook } from '../../work-queue/due-deliveries.ts';
import type { Database } from './database.ts';
import { byDue, byOffset } from './tables.ts';
import type { LeaseWatcher, QueuedDelivery } from './tables.ts';

/** How many deliveries of one subject are leased at once. */
const LEASED_PER_SUBJECT = 8;

export interface Leased {
  readonly tasks: readonly DeliveryTask[];
  /** Rows that were leased, by webhook. */
  readonly leased: ReadonlyMap<string, number>;
}

/** The statements of `due-deliveries.ts` and `leases.ts` that read and lease the work queue. */
export class WorkQueue {
  /** Deliveries that were made due for a probe that a person asked for. */
  readonly broughtForward = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly watcher: LeaseWatcher,
  ) {}

  leaseDue(claims: readonly PartitionClaim[], now: number, leaseEnd: number, limit: number): Leased {
    const due = this.owned(claims).flatMap((claim) =>
      this.database
        .queueOf(claim.partition)
        .filter((queued) => queued.dueAt <= now && (queued.order === null || this.isHead(queued, claim)))
        .sort(byDue)
        .slice(0, limit),
    );
    const wanted = due.sort(byDue).slice(0, limit);
    for (const { id, dueAt, lease } of wanted)
      if (lease?.until === dueAt && this.database.owns(lease.claim)) this.watcher.leaseRanOut(id, lease.claim);
    return this.lease(claims, wanted, leaseEnd);
  }

  parkDue(claims: readonly PartitionClaim[], webhookIds: readonly string[], now: number, limit: number): void {
    for (const { partition } of this.owned(claims)) {
      const due = this.database
        .queueOf(partition)
        .filter(({ dueAt, order }) => dueAt <= now && Number.isFinite(dueAt) && order === null);
      for (const queued of due.sort(byDue).slice(0, limit)) {
        if (!webhookIds.includes(queued.webhookId)) continue;
        queued.dueAt = Number.POSITIVE_INFINITY;
        queued.heldEpoch = null;
      }
    }
  }

  leaseParked(
    claims: readonly PartitionClaim[],
    webhooks: readonly { readonly webhookId: string; readonly limit: number }[],
    leaseEnd: number,
  ): Leased {
    const parked = webhooks.flatMap(({ webhookId, limit }) =>
      this.rowsOf(claims, webhookId)
        .filter(({ dueAt, order }) => dueAt === Number.POSITIVE_INFINITY && order === null)
        .sort((one, other) => one.createdAt - other.createdAt)
        .slice(0, limit),
    );
    return this.lease(claims, parked, leaseEnd);
  }

  leaseInOrder(claims: readonly PartitionClaim[], webhookId: string, leaseEnd: number, limit: number): Leased {
    const subjects = new Map<string, QueuedDelivery[]>();
    for (const queued of this.database.queue.values()) {
      if (queued.webhookId !== webhookId || !queued.order) continue;
      const lane = subjects.get(queued.order.subject);
      if (lane) lane.push(queued);
      else subjects.set(queued.order.subject, [queued]);
    }
    const owned = new Map(this.owned(claims).map((claim) => [claim.partition, claim]));
    const lanes = [...subjects.values()].map((lane) => lane.sort(byOffset));
    const found = lanes.filter(([first]) => first?.dueAt === Number.POSITIVE_INFINITY).slice(0, limit);
    const rows = found.flatMap((lane) =>
      lane
        .slice(0, LEASED_PER_SUBJECT)
        .filter(({ partition, order }) => (order?.offset ?? 0n) < (owned.get(partition)?.readTo ?? 0n)),
    );
    return this.lease(claims, rows, leaseEnd);
  }

  leaseOfWebhook(claims: readonly PartitionClaim[], webhookId: string, leaseEnd: number): Leased {
    const rows = this.rowsOf(claims, webhookId).filter(({ heldEpoch }) => heldEpoch === null);
    return this.lease(claims, rows, leaseEnd);
  }

  /** @returns whether a delivery of the webhook waits */
  bringForward(claims: readonly PartitionClaim[], webhookId: string, now: number): boolean {
    const all = [...this.database.queue.values()].filter((queued) => queued.webhookId === webhookId);
    if (all.some(({ dueAt }) => dueAt === Number.POSITIVE_INFINITY)) return true;
    const [first] = this.rowsOf(claims, webhookId)
      .filter(({ heldEpoch }) => heldEpoch === null)
      .sort(byDue);
    if (!first) return false;
    first.dueAt = now;
    this.broughtForward.add(first.id);
    return true;
  }

  parkedWebhooks(partitions: readonly number[]): ParkedWebhook[] {
    const found = new Map<string, boolean>();
    for (const { webhookId, partition, dueAt, order } of this.database.queue.values())
      if (partitions.includes(partition) && dueAt === Number.POSITIVE_INFINITY)
        found.set(webhookId, (found.get(webhookId) ?? false) || order !== null);
    return [...found].map(([webhookId, isOrdered]) => ({ webhookId, isOrdered }));
  }

  lastOrdered(partition: number): bigint | undefined {
    const offsets = this.database.queueOf(partition).flatMap(({ order }) => (order ? [order.offset] : []));
    return offsets.length === 0 ? undefined : offsets.reduce((one, other) => (one > other ? one : other));
  }

  /** The lanes, out of these, of which there are deliveries. */
  storedLanes(lanes: readonly { readonly webhookId: string; readonly subject: string }[]): Set<string> {
    const wanted = new Set(lanes.map(({ webhookId, subject }) => `${webhookId}/${subject}`));
    const found = new Set<string>();
    for (const { webhookId, order } of this.database.queue.values())
      if (order && wanted.has(`${webhookId}/${order.subject}`)) found.add(`${webhookId}/${order.subject}`);
    return found;
  }

  webhooksOf(partitions: readonly number[]): string[] {
    const rows = [...this.database.queue.values()].filter(({ partition }) => partitions.includes(partition));
    return [...new Set(rows.map(({ webhookId }) => webhookId))];
  }

  areSomeHeld(partitions: readonly number[]): boolean {
    for (const { partition, heldEpoch } of this.database.queue.values())
      if (heldEpoch !== null && partitions.includes(partition)) return true;
    return false;
  }

  /** Whether a poll would find anything; not a statement: it saves the simulation the polls that find nothing. */
  isAnyDue(partitions: readonly number[], now: number): boolean {
    for (const { dueAt, partition } of this.database.queue.values())
      if (dueAt <= now && partitions.includes(partition)) return true;
    return false;
  }

  private owned(claims: readonly PartitionClaim[]): PartitionClaim[] {
    return claims.filter((claim) => this.database.owns(claim));
  }

  private rowsOf(claims: readonly PartitionClaim[], webhookId: string): QueuedDelivery[] {
    const partitions = this.owned(claims).map(({ partition }) => partition);
    return [...this.database.queue.values()].filter(
      (queued) => queued.webhookId === webhookId && partitions.includes(queued.partition),
    );
  }

  private isHead({ webhookId, order }: QueuedDelivery, { readTo }: PartitionClaim): boolean {
    if (!order || order.offset >= readTo) return false;
    for (const other of this.database.queue.values())
      if (other.webhookId === webhookId && other.order?.subject === order.subject && other.order.offset < order.offset)
        return false;
    return true;
  }

  private lease(claims: readonly PartitionClaim[], rows: readonly QueuedDelivery[], leaseEnd: number): Leased {
    const byPartition = new Map(claims.map((claim) => [claim.partition, claim]));
    const tasks: DeliveryTask[] = [];
    const leased = new Map<string, number>();
    for (const queued of rows) {
      queued.dueAt = leaseEnd;
      queued.heldEpoch = null;
      leased.set(queued.webhookId, (leased.get(queued.webhookId) ?? 0) + 1);
      const stored = this.database.deliveries.get(queued.id);
      const claim = byPartition.get(queued.partition);
      if (claim) queued.lease = { claim, until: leaseEnd };
      // The delivery was deleted: its place in the queue goes, too.
      if (!stored) this.database.queue.delete(queued.id);
      else if (claim) {
        const { row, version, task: first } = stored;
        const { acceptedAt } = first;
        const task = DeliveryTask.stored(row, version, first.body, claim, undefined, queued.order, acceptedAt);
        task.webhookVersion = queued.webhookVersion;
        tasks.push(task);
      }
    }
    return { tasks: tasks.sort(inOrder), leased };
  }
}

const inOrder = (one: DeliveryTask, other: DeliveryTask): number =>
  Number((one.order?.offset ?? -1n) - (other.order?.offset ?? -1n));
