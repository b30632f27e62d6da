import type { DeliveryStatus, ErrorClass } from '@signet/contracts';
import type { JobPlace } from '../jobs/job-place.ts';

export const JOB_ACTIONS = ['retry', 'delete'] as const;
export const JOB_STATES = ['running', 'completed', 'cancelled'] as const;

export type JobAction = (typeof JOB_ACTIONS)[number];
export type JobState = (typeof JOB_STATES)[number];

/** The deliveries that a job is for: those that were created in a range of time. null: of any. */
export interface DeliverySelection {
  readonly tenantId: string | null;
  readonly webhookId: string | null;
  readonly status: DeliveryStatus;
  readonly errorClass: ErrorClass | null;
  readonly eventType: string | null;
  readonly since: Date;
  readonly until: Date;
}

export interface DeliveryJob extends DeliverySelection {
  readonly id: string;
  readonly action: JobAction;
  readonly state: JobState;
  /** Number of deliveries that are selected; null until they are counted, and when counting takes too long. */
  readonly total: number | null;
  /** Number of deliveries that were retried or deleted. */
  readonly done: number;
  /** Number of deliveries that were not retried, because their webhook or tenant takes no deliveries. */
  readonly refused: number;
  /** The delivery up to which the job has come, in the order of their creation. */
  readonly cursor: JobPlace | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
}

/** Number of deliveries that are left; null while it is not known. A delivery that changes meanwhile may be counted and not met. */
export function remainingOf({ state, total, done, refused }: DeliveryJob): number | null {
  if (state === 'completed') return 0;
  return total === null ? null : Math.max(total - done - refused, 0);
}
