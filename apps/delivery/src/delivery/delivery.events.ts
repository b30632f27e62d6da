import type { AbandonReason, DeliveryRequest, ErrorClass, FAULTS } from '@signet/contracts';
import type { AttemptCause } from './attempt-cause.policy.ts';

/** What was asked for: the first event of every delivery. The body lies beside it in the log, once. */
export interface DeliveryRequested {
  readonly type: 'DeliveryRequested';
  readonly data: Omit<DeliveryRequest, 'deliveryId' | 'acceptedAt'> & {
    /** Partition of delivery.requests.v1 that the webhook lies on: its owner serves the delivery. */
    readonly partition: number;
    readonly acceptedAt: string;
    readonly requestedAt: string;
    readonly maxAttempts: number;
    /** Of a webhook that asks for order: the request's offset on its partition, decimal. `subject` is the lane. */
    readonly orderedAt?: string;
  };
}

/** One POST and what came back; times are RFC 3339, durations milliseconds. */
export interface AttemptFacts {
  /** Counted from 1, those included that spent none of the delivery's attempts. */
  readonly attempt: number;
  /** Why it was made. */
  readonly cause: AttemptCause;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  /** Who sent it: the replica and the epoch of its ownership of the partition. */
  readonly owner: string;
  readonly epoch: number;
  readonly request: {
    readonly method: 'POST';
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly signature: string;
  readonly response: AttemptResponse | null;
  /** The address connected to, null when none was. */
  readonly address: string | null;
  readonly timings: Readonly<Record<string, number | null>>;
}

export interface AttemptResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** At most 10,240 bytes. */
  readonly body: string;
  readonly bodyTruncated: boolean;
  /** What is wrong with it as HTTP/1.1, as a sentence. Missing where nothing is, and in what older versions recorded. */
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
      /** It took none of the delivery's attempts. */
      readonly isUnspent: boolean;
    };
}

/** The delivery ended without a further attempt because its webhook, or its tenant, no longer takes any. */
export interface DeliveryAbandoned {
  readonly type: 'DeliveryAbandoned';
  readonly data: {
    readonly reason: AbandonReason;
    readonly abandonedAt: string;
    /** Attempts that it has had. */
    readonly attemptCount: number;
  };
}

/** A person asked for one more attempt now. */
export interface DeliveryRetryRequested {
  readonly type: 'DeliveryRetryRequested';
  readonly data: { readonly requestedBy: string; readonly requestedAt: string };
}

export type DeliveryEvent =
  DeliveryRequested | DeliveryAttemptSucceeded | DeliveryAttemptFailed | DeliveryAbandoned | DeliveryRetryRequested;
