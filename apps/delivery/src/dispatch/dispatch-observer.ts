import type { AbandonReason } from '@signet/contracts';
import type { AttemptResult } from '../delivery/delivery.decider.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';

/** Events of dispatch, for metrics and logs. */
export interface DispatchObserver {
  attempted(task: DeliveryTask, result: AttemptResult): void;
  abandoned(task: DeliveryTask, reason: AbandonReason): void;
  /** An attempt could not even be prepared: a fault of the platform. */
  broke(task: DeliveryTask, error: unknown): void;
}
