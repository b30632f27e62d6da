import type { RequestWithBody } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';

/** A delivery request that was read from Kafka and found complete. */
export interface AcceptedRequest extends RequestWithBody {
  /** Offset of its record on its partition of delivery.requests.v1. */
  readonly offset: bigint;
  /** The record that it came in, and its place among the requests of that record. */
  readonly record: KafkaRecord;
  readonly index: number;
}
