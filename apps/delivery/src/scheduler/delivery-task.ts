import type { AbandonReason, DeliveryRequest } from '@signet/contracts';
import { NO_SPAN } from '@signet/service-kit';
import type { Span } from '@signet/service-kit';
import type { AttemptCause } from '../delivery/attempt-cause.policy.ts';
import { attemptsMade, deliveryDecider } from '../delivery/delivery.decider.ts';
import type { AttemptResult, DeliveryCommand, DeliveryState } from '../delivery/delivery.decider.ts';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import { dayOf, projectDelivery } from '../delivery/storage/delivery.projection.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import type { RequestOrder } from '../delivery/storage/delivery.log.ts';
import type { Waited } from '../metrics/lateness.policy.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import { Durability } from './durability.ts';
import type { SlotKind } from './limits/slots.ts';

/** Where a delivery is. */
export type Place =
  /** The scheduler does not have it yet, or no longer. */
  | { readonly at: 'outside' }
  /** In the queue of its webhook, or behind earlier deliveries of its subject. */
  | { readonly at: 'waiting' }
  /**
   * Its POST is under way, or has failed and waits for the verdict whose fault that is. The attempt's time-out ends at `endsAt`,
   * milliseconds since the epoch. `hasSlot`: it holds one of the slots that all webhooks share.
   */
  | { readonly at: 'wire'; readonly endsAt: number; readonly hasSlot: boolean }
  /**
   * It is being stored with this decision. `leasedAgain`: the delivery as it was read with a later lease, while this replica did not know
   * yet that the storing had ended.
   */
  | { readonly at: 'storing'; readonly decision: Decision; readonly leasedAgain?: DeliveryTask }
  /** It is being parked. `isLeasedAgain`: it was leased once more before the parking was known here. */
  | { readonly at: 'parking'; readonly isLeasedAgain: boolean };

/** The scheduler's decision about a delivery, made before the delivery is stored. If the API has written meanwhile, the scheduler decides once more. */
export type Decision =
  /** An attempt has ended. `chance` is uniform in [0, 1); times in milliseconds since the epoch. */
  | {
      readonly kind: 'attempt';
      readonly result: AttemptResult;
      readonly chance: number;
      readonly unspentRetryAtMs: number;
    }
  /** Its webhook takes no deliveries. */
  | { readonly kind: 'end'; readonly reason: AbandonReason }
  /** Nothing was sent, by a fault of our own. */
  | { readonly kind: 'later'; readonly at: Date };

/**
 * A delivery in the memory of the replica that serves it: its state, and its events that are not stored yet.
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
  /** Events that are decided and not stored yet. */
  pending: DeliveryEvent[] = [];
  /** Set while a write of this task is under way: writes of one delivery never overlap. */
  writing: Promise<unknown> | undefined;
  /**
   * The kind of slot that its attempts take. It follows from where the delivery came from, and stays the same when the
   * delivery is stored later.
   */
  slotKind: SlotKind = 'fresh';
  /** How much of its tenant's share of the memory for leased deliveries it takes; 0 when it takes none. */
  weight = 0;
  /** The cause of the attempt that is on the wire, or else of the last one. */
  cause: AttemptCause = 'schedule';
  place: Place = { at: 'outside' };
  /** When Signet accepted the message, milliseconds since the epoch; null when that is not known. */
  acceptedAt: number | null = null;
  /**
   * Why the delivery had to wait: because of its webhook (open circuit, own limit, slow receiver) or of a fault of the
   * platform; null: neither.
   */
  keptWaitingBy: Waited | null = null;
  /**
   * A person asked for this attempt, and the webhook's queue had room for it. Neither the circuit nor a limit of the webhook
   * holds it back.
   */
  isUrgent = false;
  /** The delivery was shelved before, because its webhook took no deliveries. */
  wasShelved = false;
  /** The request as it was read from delivery.requests.v1; undefined where the delivery's log does not begin with it. */
  requested: DeliveryRequest | undefined;
  /**
   * Version of the webhook that the API had read when a person asked for a retry: dispatch may have read an older one. Null
   * where no person asked, or where the version is not known.
   */
  webhookVersion: number | null = null;
  /** Context of the span of Signet that requested the delivery; undefined where that was not traced. */
  spanContext: string | undefined;
  /** Span of the batch of requests in which the delivery came. */
  takenIn: Span = NO_SPAN;
  /** Span of the attempt that is under way. */
  span: Span = NO_SPAN;
  /** Span of the recording of the attempt's outcome. */
  recording: Span = NO_SPAN;
  /** Whether its Kafka offset may be committed. */
  readonly durability = new Durability();

  constructor(
    { id, day, webhookId }: Pick<DeliveryRow, 'id' | 'day' | 'webhookId'>,
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

  /** A delivery whose request was just read from Kafka. */
  static requested(
    request: DeliveryRequest,
    body: Buffer,
    claim: PartitionClaim,
    maxAttempts: number,
    now: Date,
    order: RequestOrder | null = null,
  ): DeliveryTask {
    const { deliveryId, acceptedAt, ...rest } = request;
    const { webhookId, messageTime, traceparent } = request;
    const about = { id: deliveryId, day: dayOf(messageTime), webhookId };
    const task = new DeliveryTask(about, claim, body, traceparent, order);
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
    const task = new DeliveryTask(row, claim, body, traceparent, order);
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

  /** A person waits for the outcome: it is a test, or a retry that a person asked for. */
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

  /** Takes the state that PostgreSQL holds. Events that were decided and not stored are dropped. */
  read(row: DeliveryRow, version: number, webhookVersion: number | null): void {
    this.row = row;
    this.webhookVersion = webhookVersion;
    this.stored = version;
    const { status, attemptCount, unspentAttempts, maxAttempts, isRetryAsked } = row;
    this.state = { status, attemptCount, unspentAttempts, maxAttempts, isRetryAsked };
    this.pending = [];
  }

  /** Its POST is under way, or has failed and waits for the verdict whose fault that is. */
  get inFlight(): boolean {
    return this.place.at === 'wire';
  }

  markDurable(): void {
    this.durability.settle(true);
  }

  /** This replica no longer serves the delivery. Has no effect on a task that is durable. */
  drop(): void {
    this.durability.settle(false);
  }
}
