import type { AbandonReason } from '@signet/contracts';
import type { CompletedAttempt } from '../attempt/attempt.ts';
import type { PresentDelivery } from '../work-queue/due-deliveries.ts';
import type { DeliveryTask } from './delivery-task.ts';
import type { Refill } from './queues/webhook-queues.ts';

/** Everything that may change what the scheduler does. Events of one replica are handled one after the other. */
export type SchedulerEvent =
  /**
   * A delivery was requested: Kafka or the shelf has it, and PostgreSQL does not. `isBehindStored`: PostgreSQL may hold earlier
   * deliveries of its subject, which must be sent first.
   */
  | { readonly type: 'Requested'; readonly task: DeliveryTask; readonly isBehindStored: boolean }
  /** A stored delivery was leased from PostgreSQL. `isBehindStored` as above. */
  | { readonly type: 'Leased'; readonly task: DeliveryTask; readonly isBehindStored: boolean }
  /** A delivery was leased only to end it, because its webhook takes no deliveries any more. */
  | { readonly type: 'LeasedToEnd'; readonly task: DeliveryTask; readonly reason: AbandonReason }
  /** A read of parked deliveries has ended. */
  | { readonly type: 'Refilled'; readonly refills: readonly Refill[] }
  /** A POST has ended, and it is known whose fault its failure is. */
  | { readonly type: 'AttemptEnded'; readonly task: DeliveryTask; readonly attempt: CompletedAttempt }
  /** A POST has failed; the verdict whose fault that is may take a minute. `AttemptEnded` follows. */
  | { readonly type: 'VerdictAwaited'; readonly task: DeliveryTask }
  /** The POST was not made: by the time that it could have been, this replica was no longer allowed to. */
  | { readonly type: 'AttemptWithheld'; readonly task: DeliveryTask }
  /** A fault of our own, such as a secret that cannot be opened. Nothing was sent. */
  | { readonly type: 'AttemptBroke'; readonly task: DeliveryTask }
  /** A `Store` effect has ended, with or without success: PostgreSQL or Kafka has the delivery. */
  | { readonly type: 'Stored'; readonly task: DeliveryTask }
  /** A `Store` effect found a newer state of the delivery: the API has written meanwhile. */
  | { readonly type: 'Outdated'; readonly task: DeliveryTask; readonly present: PresentDelivery }
  /** A `Park` effect has ended. */
  | { readonly type: 'Parked'; readonly tasks: readonly DeliveryTask[]; readonly isSecond: boolean }
  /** Offsets of the partition have waited for these tasks for too long: the scheduler has those stored that PostgreSQL does not have. */
  | { readonly type: 'Overflowed'; readonly tasks: readonly DeliveryTask[] }
  /** The webhook may go on: its circuit lets a probe through or has closed, or the next delivery of a subject is its turn. */
  | { readonly type: 'WebhookMayGoOn'; readonly webhookId: string }
  /** The webhook takes no deliveries any more, or its tenant is suspended. */
  | { readonly type: 'WebhookEnded'; readonly webhookId: string }
  /** A fault of the platform has begun or ended. */
  | { readonly type: 'PlatformChanged' }
  /** More POSTs may be on the wire at once than before. */
  | { readonly type: 'SlotsGrew' }
  /** The time of a `WakeAt` effect has come. */
  | { readonly type: 'Tick'; readonly webhookId: string }
  /** Another replica may soon take partitions of this one: no POST is started until `Resumed`. */
  | { readonly type: 'Suspended' }
  /** The waiting deliveries belong to this replica. */
  | { readonly type: 'Resumed' }
  /** This replica ends: no POST is started any more. */
  | { readonly type: 'Draining' }
  /** Claims have ended: the deliveries under them that wait here are dropped. */
  | { readonly type: 'PartitionsLost' }
  /** Everything on the wire has ended and this replica stops: all deliveries that wait here are dropped. */
  | { readonly type: 'Drained' };
