import type { DeliveryRequest } from '@signet/contracts';

/** A delivery request that was read from Kafka and found complete. */
export interface AcceptedRequest {
  readonly request: DeliveryRequest;
  /** Of its record on its partition of delivery.requests.v1. */
  readonly offset: bigint;
  /** The exact body to be sent. */
  readonly body: Buffer;
}
