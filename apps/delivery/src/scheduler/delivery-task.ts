import type { DeliveryRequest } from '@signet/contracts';
import { NO_SPAN } from '@signet/service-kit';
import type { Span } from '@signet/service-kit';
import type { AttemptCause } from '../delivery/attempt-cause.policy.ts';
import { attemptsMade, deliveryDecider } from '../delivery/delivery.decider.ts';
import type { DeliveryCommand, DeliveryState } from '../delivery/delivery.decider.ts';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import { dayOf, projectDelivery } from '../delivery/storage/delivery.projection.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import type { RequestOrder } from '../delivery/storage/delivery.log.ts';
import type { Waited } from '../metrics/lateness.policy.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import type { SlotKind } from './slots.ts';

/**
 * A delivery in the hands of its owner: what is known of it, and which of its events are not stored yet.
 *
 * `stored` is the version of the last log row in PostgreSQL, 0 while the delivery exists only as a Kafka record.
 */
export class DeliveryTask {
  readonly id: string;
  readonly day: string;
  readonly webhookId: string;
  stored = 0;
  state: DeliveryState = deliveryDecider.initialState();
  row: DeliveryRow | null = null;
  /** Decided, not stored. */
  pending: DeliveryEvent[] = [];
  /** Set while a write of this task is under way: writes of one delivery never overlap. */
  writing: Promise<unknown> | undefined;
  /** Which slots its attempts take: as it came here, also where it is stored meanwhile. */
  slotKind: SlotKind = 'fresh';
  /** What it takes of its tenant's share of the memory for what was leased; 0 when it takes none. */
  weight = 0;
  /** Of the attempt that is on the wire, or was last. */
  cause: AttemptCause = 'schedule';
  /** An attempt is on the wire, or waits for whose fault its failure is. */
  inFlight = false;
  /** It has one of the slots that all webhooks share. */
  hasSlot = false;
  /** It has ended by then, milliseconds since the epoch. */
  attemptEndsAt = 0;
  /** When Signet accepted the message, milliseconds since the epoch; null when that is not known. */
  acceptedAt: number | null = null;
  /** Its webhook has kept it waiting: an open circuit, a limit of its own, or a receiver that is slow; or a fault of the platform has. */
  keptWaitingBy: Waited | null = null;
  /** A person asked for it, and its webhook's queue had room for it: no circuit, and none of the webhook's limits, holds it back. */
  isUrgent = false;
  /** It has lain on the shelf, because its webhook could not take it. */
  wasShelved = false;
  /** What was asked for on delivery.requests.v1; undefined where the log does not begin with it. */
  requested: DeliveryRequest | undefined;
  /**
   * Version of the webhook that the API had read when a person asked for a retry: dispatch may have read an older one. Null
   * where nobody asked, or it is not known.
   */
  webhookVersion: number | null = null;
  /** Somebody else leased it anew from PostgreSQL while it was in hand here. */
  isLeasedAgain = false;
  /** Of Signet's span that asked for the delivery; undefined where that was not traced. */
  spanContext: string | undefined;
  /** Of the batch of requests that it came in. */
  takenIn: Span = NO_SPAN;
  /** Of the attempt that is under way. */
  span: Span = NO_SPAN;
  /** Of the recording of what came of it. */
  recording: Span = NO_SPAN;
  private settle!: (isDurable: boolean) => void;
  /**
   * True when PostgreSQL knows of the delivery: from then on its Kafka offset may be committed. False when it was dropped
   * before, because its partition is lost: whoever serves that now begins with the Kafka record.
   */
  readonly whenDurable = new Promise<boolean>((resolve) => (this.settle = resolve));

  constructor(
    id: string,
    day: string,
    webhookId: string,
    readonly claim: PartitionClaim,
    readonly body: Buffer,
    readonly traceparent: string | undefined,
    /** Its place among the deliveries of its subject; null where their order does not matter. */
    readonly order: RequestOrder | null,
  ) {
    this.id = id;
    this.day = day;
    this.webhookId = webhookId;
  }

  /** A delivery that was just asked for on Kafka. */
  static requested(
    request: DeliveryRequest,
    body: Buffer,
    claim: PartitionClaim,
    maxAttempts: number,
    now: Date,
    order: RequestOrder | null = null,
  ): DeliveryTask {
    const { deliveryId, acceptedAt, ...rest } = request;
    const task = new DeliveryTask(
      deliveryId,
      dayOf(request.messageTime),
      request.webhookId,
      claim,
      body,
      request.traceparent,
      order,
    );
    task.acceptedAt = acceptedAt;
    task.requested = request;
    task.spanContext = request.spanContext;
    if (request.kind === 'replay') task.slotKind = 'stored';
    task.decide({
      type: 'RequestDelivery',
      data: {
        ...rest,
        partition: claim.partition,
        acceptedAt: new Date(acceptedAt).toISOString(),
        requestedAt: now.toISOString(),
        maxAttempts,
        ...(order && { orderedAt: order.offset.toString() }),
      },
    });
    return task;
  }

  /** A delivery read back from PostgreSQL because it was due. */
  static stored(
    row: DeliveryRow,
    version: number,
    body: Buffer,
    claim: PartitionClaim,
    traceparent: string | undefined,
    order: RequestOrder | null = null,
    acceptedAt: number | null = null,
  ): DeliveryTask {
    const task = new DeliveryTask(row.id, row.day, row.webhookId, claim, body, traceparent, order);
    task.read(row, version, null);
    task.slotKind = 'stored';
    task.acceptedAt = acceptedAt;
    task.markDurable();
    return task;
  }

  /** The number of its next attempt in the log, counted from 1. */
  get nextAttempt(): number {
    return this.row === null ? 1 : attemptsMade(this.row) + 1;
  }

  /** A person waits for what becomes of it. */
  get isAskedFor(): boolean {
    return this.row !== null && (this.row.kind === 'test' || this.row.isRetryAsked);
  }

  get isOpen(): boolean {
    return this.state.status === 'PENDING' || this.state.status === 'RETRYING';
  }

  /** Decides, and takes the events into state and row; they are stored with the next write. */
  decide(command: DeliveryCommand): void {
    for (const event of deliveryDecider.decide(command, this.state)) {
      this.state = deliveryDecider.evolve(this.state, event);
      this.row = projectDelivery(this.id, this.row, event);
      this.pending.push(event);
    }
  }

  /** Begins anew from what PostgreSQL holds; what was decided and not stored is forgotten. */
  read(row: DeliveryRow, version: number, webhookVersion: number | null): void {
    this.row = row;
    this.webhookVersion = webhookVersion;
    this.stored = version;
    const { status, attemptCount, unspentAttempts, maxAttempts, isRetryAsked } = row;
    this.state = { status, attemptCount, unspentAttempts, maxAttempts, isRetryAsked };
    this.pending = [];
  }

  markDurable(): void {
    this.settle(true);
  }

  /** Nobody here looks after it any more. Without effect on one that is durable. */
  drop(): void {
    this.settle(false);
  }
}
