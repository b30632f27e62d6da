import type { AbandonReason, DeliveryRequest, ErrorClass, FAULTS } from '@signet/contracts';
import type { AttemptCause } from './attempt-cause.policy.ts';

/** The request: the first event of every delivery. The log stores the body beside it, once. */
export interface DeliveryRequested {
  readonly type: 'DeliveryRequested';
  readonly data: Omit<DeliveryRequest, 'deliveryId' | 'acceptedAt'> & {
    /** Partition of delivery.requests.v1 to which the webhook belongs: its owner serves the delivery. */
    readonly partition: number;
    readonly acceptedAt: string;
    readonly requestedAt: string;
    readonly maxAttempts: number;
    /** Set if the webhook asks for order: the request's offset on its partition, decimal. `subject` is the lane. */
    readonly orderedAt?: string;
  };
}

/** One POST and what came back; times are RFC 3339, durations milliseconds. */
export interface AttemptFacts {
  /** Counted from 1, including attempts that spent none of the delivery's. */
  readonly attempt: number;
  /** Why the attempt was made. */
  readonly cause: AttemptCause;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  /** The replica that sent it; `epoch` is that of its claim on the partition. */
  readonly owner: string;
  readonly epoch: number;
  readonly request: {
    readonly method: 'POST';
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly signature: string;
  readonly response: AttemptResponse | null;
  /** The address of the connection; null when there was none. */
  readonly address: string | null;
  readonly timings: Readonly<Record<string, number | null>>;
}

export interface AttemptResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** At most 10,240 bytes. */
  readonly body: string;
  readonly bodyTruncated: boolean;
  /** A sentence that says how the response breaks HTTP/1.1. Missing if it does not, and in events of older versions. */
  readonly note?: string;
}

export interface DeliveryAttemptSucceeded {
  readonly type: 'DeliveryAttemptSucceeded';
  readonly data: AttemptFacts;
}

export interface AttemptFailure {
  readonly errorClass: ErrorClass;
  /** A sentence for people. */
  readonly errorMessage: string;
  readonly fault: (typeof FAULTS)[number];
}

export interface DeliveryAttemptFailed {
  readonly type: 'DeliveryAttemptFailed';
  readonly data: AttemptFacts &
    AttemptFailure & {
      /** Null: that was the last attempt, and the delivery has failed. */
      readonly nextAttemptAt: string | null;
      /** The failed attempt spent none of the delivery's attempts. */
      readonly isUnspent: boolean;
    };
}

/** The delivery ended without a further attempt because its webhook, or its tenant, no longer takes deliveries. */
export interface DeliveryAbandoned {
  readonly type: 'DeliveryAbandoned';
  readonly data: {
    readonly reason: AbandonReason;
    readonly abandonedAt: string;
    /** Number of attempts that the delivery had spent. */
    readonly attemptCount: number;
  };
}

/** A person asked for one more attempt: now, or of many deliveries in a job. */
export interface DeliveryRetryRequested {
  readonly type: 'DeliveryRetryRequested';
  readonly data: {
    readonly requestedBy: string;
    readonly requestedAt: string;
    /** The job; missing if the person asked for this delivery alone. The attempts of a job wait while their circuit is open. */
    readonly jobId?: string;
  };
}

export type DeliveryEvent =
  DeliveryRequested | DeliveryAttemptSucceeded | DeliveryAttemptFailed | DeliveryAbandoned | DeliveryRetryRequested;
