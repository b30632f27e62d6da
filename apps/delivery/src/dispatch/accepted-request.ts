import type { RequestWithBody } from '@signet/contracts';

/** A delivery request that was read from Kafka and found complete. */
export interface AcceptedRequest extends RequestWithBody {
  /** Of its record on its partition of delivery.requests.v1. */
  readonly offset: bigint;
}
