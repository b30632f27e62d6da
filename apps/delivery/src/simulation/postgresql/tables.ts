import type { DeliveryEvent } from '../../delivery/delivery.events.ts';
import type { Due, Held, RequestOrder } from '../../delivery/storage/delivery.log.ts';
import type { DeliveryRow } from '../../delivery/storage/delivery.projection.ts';
import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { DeliveryTask } from '../../scheduler/delivery-task.ts';

/** A delivery with its log, as PostgreSQL has it. */
export interface StoredDelivery {
  row: DeliveryRow;
  version: number;
  readonly events: DeliveryEvent[];
  readonly task: DeliveryTask;
}

/** A row of the work queue. */
export interface QueuedDelivery {
  readonly id: string;
  readonly partition: number;
  readonly webhookId: string;
  readonly order: RequestOrder | null;
  readonly createdAt: number;
  /** Milliseconds since the epoch; infinite: parked; minus infinite: a person asked for it. */
  dueAt: number;
  heldEpoch: number | null;
  webhookVersion: number | null;
  /** The last lease of it. */
  lease?: { readonly claim: PartitionClaim; readonly until: number };
}

/** One write of a delivery's events. */
export interface Append {
  readonly task: DeliveryTask;
  readonly row: DeliveryRow;
  readonly events: readonly DeliveryEvent[];
  readonly version: number;
  readonly due: Due | Held;
}

export interface Owner {
  readonly epoch: number;
  readonly owner: string;
}

/** Told of what is stored, in the same moment. */
export interface TableWatcher {
  /** `claim` is that of the writer, null where a person wrote. */
  stored(delivery: StoredDelivery, events: readonly DeliveryEvent[], claim: PartitionClaim | null): void;
}

export interface LeaseWatcher {
  /** A lease ended by its time, and not by a write. */
  leaseRanOut(deliveryId: string, claim: PartitionClaim): void;
}

export const dueTime = (due: Due | Held): number | null => {
  if (due === null) return null;
  if (due === 'parked') return Number.POSITIVE_INFINITY;
  return 'heldUntil' in due ? due.heldUntil.getTime() : due.getTime();
};

export const byDue = (one: QueuedDelivery, other: QueuedDelivery): number =>
  one.dueAt === other.dueAt ? 0 : one.dueAt - other.dueAt;

export const byOffset = (one: QueuedDelivery, other: QueuedDelivery): number =>
  Number((one.order?.offset ?? 0n) - (other.order?.offset ?? 0n));
