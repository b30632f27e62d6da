import type { DeliveryStatus, ErrorClass } from '@signet/contracts';

/** Which deliveries are counted: those of the tenant (null: of every tenant) that were created in the range and failed. */
export interface FailureFilter {
  readonly tenantId: string | null;
  readonly webhookId?: string | undefined;
  /** Created at or after this time, and before the other one; ISO instants. */
  readonly from: string;
  readonly before: string;
}

/** The newest delivery of a group. */
export interface FailureSample {
  readonly id: string;
  readonly status: DeliveryStatus;
  readonly responseStatusCode: number | null;
  readonly errorMessage: string | null;
  readonly createdAt: string;
}

/** Deliveries of one webhook whose last attempt failed in the same way. Times of creation, ISO instants. */
export interface FailureGroup {
  readonly tenantId: string;
  readonly webhookId: string;
  readonly errorClass: ErrorClass;
  /** Number of deliveries that have ended as FAILED. */
  readonly failed: number;
  /** Number of deliveries that failed and will be tried again. */
  readonly waiting: number;
  readonly firstCreatedAt: string;
  readonly sample: FailureSample;
}

/** Where the next page begins: behind the group with this newest delivery. */
export type FailurePosition = Pick<FailureSample, 'createdAt' | 'id'>;

export interface FoundFailures {
  readonly groups: readonly FailureGroup[];
  /** Deliveries from this time of creation on are counted, an ISO instant; later than asked for if too many have failed. */
  readonly countedFrom: string;
}
