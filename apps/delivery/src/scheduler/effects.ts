import type { AbandonReason } from '@signet/contracts';
import type { AttemptResult } from '../delivery/delivery.decider.ts';
import type { Due } from '../delivery/storage/delivery.log.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { DeliveryTask } from './delivery-task.ts';

/** Work that the scheduler asks for because of an event. The worker carries effects out in their order, and reports their outcomes as events. */
export type Effect =
  /** Make a POST. Answered by `AttemptEnded`, `AttemptWithheld` or `AttemptBroke`. */
  | { readonly type: 'Send'; readonly task: DeliveryTask; readonly webhook: RoutedWebhook; readonly at: Date }
  /**
   * Store the events of the task that are not stored yet, and when it is due next. `isHeld`: another replica owns its partition
   * now and waits for this outcome. Answered by `Stored`, or by `Outdated`, upon which it is decided anew.
   */
  | { readonly type: 'Store'; readonly task: DeliveryTask; readonly due: Due; readonly isHeld: boolean }
  /** Store tasks whose POSTs are under way, with a lease until this time. Not answered. */
  | { readonly type: 'StoreLeased'; readonly task: DeliveryTask; readonly until: Date }
  /** Let the tasks wait in PostgreSQL until their webhook has room. Answered by `Parked`. */
  | { readonly type: 'Park'; readonly tasks: readonly DeliveryTask[]; readonly isSecond: boolean }
  /** End the leases of these tasks: they were not tried. Not answered. */
  | { readonly type: 'HandBack'; readonly tasks: readonly DeliveryTask[] }
  /** Read stored deliveries: a webhook has room for more. Answered by `Leased`, if there are any. */
  | { readonly type: 'Refill' }
  /** Tell the scheduler when this time comes, milliseconds since the epoch. Answered by `Tick`. A webhook has one such time. */
  | { readonly type: 'WakeAt'; readonly webhookId: string; readonly at: number }
  /** For metrics and traces; not answered. */
  | { readonly type: 'NoteAttempt'; readonly task: DeliveryTask; readonly result: AttemptResult }
  | { readonly type: 'NoteEnd'; readonly task: DeliveryTask; readonly reason: AbandonReason };
