import { DEAD_LETTER } from './dead-letters.ts';
import type { KafkaRecord, OutgoingRecord } from '../record.ts';

/** Headers of a record that was put back from a dead-letter topic to its original topic. */
export const PUT_BACK = {
  /** `topic/partition:offset` of the dead letter. */
  from: 'signet-put-back-from',
  at: 'signet-put-back-at',
} as const;

/** A record that was set aside, as it is stored on a dead-letter topic. */
export interface ReadDeadLetter {
  readonly partition: number;
  readonly offset: string;
  readonly reason: string;
  readonly field: string | undefined;
  readonly detail: string;
  /** When it was set aside, and by which service. */
  readonly at: string;
  readonly service: string;
  readonly origin: { readonly topic: string; readonly partition: string; readonly offset: string; readonly at: number };
  /** Bytes that were too large to be kept; undefined where the record is whole. */
  readonly omittedBytes: number | undefined;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The headers of the record itself; of a repeated header all values, in order. */
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[]>>;
  /** The earlier dead letter of the same record, if it was put back once before. */
  readonly putBackFrom: string | undefined;
}

const OURS: ReadonlySet<string> = new Set(Object.values(DEAD_LETTER));

/** undefined for a record without the header of its original topic: it is no dead letter. */
export function readDeadLetter(record: KafkaRecord): ReadDeadLetter | undefined {
  const { partition, offset, key, value, headers, repeatedHeaders } = record;
  const text = (name: string): string | undefined => headers[name]?.toString('utf8');
  const topic = text(DEAD_LETTER.topic);
  if (topic === undefined) return undefined;
  const omitted = text(DEAD_LETTER.omitted);
  const own = Object.entries({ ...headers, ...repeatedHeaders }).filter(
    (header): header is [string, Buffer | readonly Buffer[]] => header[1] !== undefined && !OURS.has(header[0]),
  );
  return {
    partition,
    offset,
    reason: text(DEAD_LETTER.reason) ?? '',
    field: text(DEAD_LETTER.field),
    detail: text(DEAD_LETTER.detail) ?? '',
    at: text(DEAD_LETTER.at) ?? '',
    service: text(DEAD_LETTER.service) ?? '',
    origin: {
      topic,
      partition: text(DEAD_LETTER.partition) ?? '',
      offset: text(DEAD_LETTER.offset) ?? '',
      at: Number(text(DEAD_LETTER.timestamp)),
    },
    omittedBytes: omitted === undefined ? undefined : Number(omitted),
    key,
    value,
    headers: Object.fromEntries(own),
    putBackFrom: text(PUT_BACK.from),
  };
}

/** The changes to a record before it is put back. */
export interface Mending {
  readonly value?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PutBackOptions extends Mending {
  /** The dead-letter topic. */
  readonly topic: string;
  readonly now: Date;
  /**
   * Whether the record keeps its timestamp. If an event has no time of its own, the timestamp counts as its time, and with
   * another one the event would be delivered a second time.
   */
  readonly keepsTime: boolean;
}

/**
 * The original record with the changes, for the topic that it came from. Its key decides on the partition, as the topic may have
 * more partitions by now.
 */
export function putBackRecord(letter: ReadDeadLetter, options: PutBackOptions): OutgoingRecord {
  const { topic, now, keepsTime, value = letter.value, headers = {} } = options;
  return {
    key: letter.key,
    value,
    headers: {
      ...letter.headers,
      ...headers,
      [PUT_BACK.from]: `${topic}/${letter.partition}:${letter.offset}`,
      [PUT_BACK.at]: now.toISOString(),
    },
    ...(keepsTime && Number.isFinite(letter.origin.at) && { timestamp: letter.origin.at }),
  };
}
