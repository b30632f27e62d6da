import { isRetryable } from '../errors.ts';
import { sizeOf } from '../producing/record-size.ts';
import type { HeaderValue, KafkaRecord, OutgoingRecord, SetAsideReason } from '../record.ts';

export interface DeadLetter {
  readonly record: KafkaRecord;
  readonly why: SetAsideReason;
}

/** Headers that a dead letter has in addition to those of its record. */
export const DEAD_LETTER = {
  reason: 'signet-dead-letter-reason',
  field: 'signet-dead-letter-field',
  detail: 'signet-dead-letter-detail',
  topic: 'signet-dead-letter-topic',
  partition: 'signet-dead-letter-partition',
  offset: 'signet-dead-letter-offset',
  timestamp: 'signet-dead-letter-timestamp',
  at: 'signet-dead-letter-at',
  /** Only on a dead letter that was too large to be kept whole: how many bytes of value, headers and key are left out. */
  omitted: 'signet-dead-letter-omitted-bytes',
  service: 'signet-dead-letter-service',
} as const;

const OURS: ReadonlySet<string> = new Set(Object.values(DEAD_LETTER));

interface Publisher {
  publishAll(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
}

/** Publishes records that cannot be understood: key, value and headers as they were, and the reason in more headers. */
export class DeadLetters {
  constructor(
    private readonly publisher: Publisher,
    private readonly topic: string,
    private readonly service: string,
    private readonly now: () => Date,
    private readonly onDeadLetter: (reason: string, topic: string) => void,
  ) {}

  /** Resolves when Kafka has all of them. If a record is too large together with its reason, only a part of it is kept. */
  async publish(letters: readonly DeadLetter[]): Promise<void> {
    const records = letters.map((letter) => this.recordOf(letter));
    try {
      await this.publisher.publishAll(this.topic, records);
    } catch (error) {
      if (isRetryable(error)) throw error;
      for (const record of records) await this.publishAlone(record);
    }
    for (const { record, why } of letters) this.onDeadLetter(why.reason, record.topic);
  }

  /** Tries smaller and smaller parts: Kafka must take one in the end, or the partition would stand still for ever behind one record. */
  private async publishAlone(record: OutgoingRecord): Promise<void> {
    for (const kept of [record, ...partsOf(record)]) {
      try {
        await this.publisher.publishAll(this.topic, [kept]);
        return;
      } catch (error) {
        if (isRetryable(error)) throw error;
      }
    }
  }

  private recordOf({ record, why }: DeadLetter): OutgoingRecord {
    const original = Object.entries(record.headers).filter(
      (header): header is [string, Buffer] => header[1] !== undefined,
    );
    const headers: Record<string, HeaderValue> = {
      ...Object.fromEntries(original),
      ...record.repeatedHeaders,
      [DEAD_LETTER.reason]: why.reason,
      [DEAD_LETTER.detail]: why.detail,
      [DEAD_LETTER.topic]: record.topic,
      [DEAD_LETTER.partition]: String(record.partition),
      [DEAD_LETTER.offset]: record.offset,
      [DEAD_LETTER.timestamp]: String(record.timestamp),
      [DEAD_LETTER.at]: this.now().toISOString(),
      [DEAD_LETTER.service]: this.service,
    };
    if (why.field !== undefined) headers[DEAD_LETTER.field] = why.field;
    return { key: record.key, value: record.value, headers };
  }
}

/** Below the size of the largest record that Kafka takes by default. */
const KEEPABLE_BYTES = 900_000;

/**
 * If a dead letter is larger than Kafka takes, it is published in part. These parts are tried one after the other: all but the value, the headers
 * that say why it is a dead letter with the key, and these headers alone.
 */
function partsOf(record: OutgoingRecord): OutgoingRecord[] {
  const reason = Object.fromEntries(Object.entries(record.headers ?? {}).filter(([name]) => OURS.has(name)));
  const whole = sizeOf(record);
  const parts = [
    { ...record, value: null },
    { key: record.key, value: null, headers: reason },
    { key: null, value: null, headers: reason },
  ];
  return parts
    .filter((part) => sizeOf(part) <= KEEPABLE_BYTES)
    .map((part) => ({ ...part, headers: { ...part.headers, [DEAD_LETTER.omitted]: String(whole - sizeOf(part)) } }));
}
