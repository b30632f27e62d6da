/** A Kafka record as handlers see it. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  /** Of a repeated header, the first value. */
  readonly headers: Readonly<Record<string, Buffer | undefined>>;
  /** All values, in order, of each repeated header; missing if the record has none. */
  readonly repeatedHeaders?: Readonly<Record<string, readonly Buffer[]>>;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

export interface SetAsideReason {
  /** A stable code, such as `unknown_event_type`. */
  readonly reason: string;
  /** The attribute, header or JSON path at fault. */
  readonly field?: string;
  /** A sentence for people. */
  readonly detail: string;
}

/** Records of one partition, in their order: consecutive ones, or the next ones of a lane. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  /** The lane of all its records, if the consumer has lanes. */
  readonly lane?: string;
  readonly records: readonly KafkaRecord[];
  /** Aborted when the partition is taken away or the service stops: records that are not finished by then are read again. */
  readonly signal: AbortSignal;
  /** Sends the record to the dead-letter topic. Kafka acknowledges the dead letter before the batch's offsets are committed. */
  setAside(record: KafkaRecord, why: SetAsideReason): void;
}

/**
 * Handles a batch, and resolves when all its results are durable: only then are the offsets of the batch committed. The next
 * batch of the partition may be handed over before that.
 */
export type BatchHandler = (batch: RecordBatch) => Promise<void>;

/** A record on Kafka may have the same header more than once: an array has its values, in order. */
export type HeaderValue = string | Buffer | readonly (string | Buffer)[];

/** A record to be produced. */
export interface OutgoingRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  readonly partition?: number;
  /** Milliseconds since the epoch; default: the present. */
  readonly timestamp?: number;
}
