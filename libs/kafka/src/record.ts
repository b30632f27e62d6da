/** A Kafka record as handlers see it. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  /** Of a header that is there more than once, the first. */
  readonly headers: Readonly<Record<string, Buffer | undefined>>;
  /** All values, in order, of each header that is there more than once; missing where none is. */
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

/** Consecutive records of one partition. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly KafkaRecord[];
  /** Aborted when the partition is taken away or the service stops: whatever is not durable then is read again. */
  readonly signal: AbortSignal;
  /** Sends the record to the dead-letter topic; that is acknowledged before the batch's offsets are committed. */
  setAside(record: KafkaRecord, why: SetAsideReason): void;
}

/**
 * Handles a batch and resolves when everything that it led to is durable: only then are its offsets committed. The next
 * batch of the partition may be handed over before that.
 */
export type BatchHandler = (batch: RecordBatch) => Promise<void>;

/** Kafka takes a header more than once: its values, in order. */
export type HeaderValue = string | Buffer | readonly (string | Buffer)[];

/** A record to be produced. */
export interface OutgoingRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  readonly partition?: number;
  /** Milliseconds since the epoch; the present when missing. */
  readonly timestamp?: number;
}
