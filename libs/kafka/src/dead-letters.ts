import { isRetryable } from './errors.ts';
import type { KafkaRecord, OutgoingRecord, SetAsideReason } from './record.ts';

export interface DeadLetter {
  readonly record: KafkaRecord;
  readonly why: SetAsideReason;
}

/** Headers that a dead letter carries beside its own. */
export const DEAD_LETTER = {
  reason: 'signet-dead-letter-reason',
  field: 'signet-dead-letter-field',
  detail: 'signet-dead-letter-detail',
  topic: 'signet-dead-letter-topic',
  partition: 'signet-dead-letter-partition',
  offset: 'signet-dead-letter-offset',
  timestamp: 'signet-dead-letter-timestamp',
  at: 'signet-dead-letter-at',
  /** Only where the value was too large to be kept: its length in bytes. */
  omitted: 'signet-dead-letter-omitted-bytes',
  service: 'signet-dead-letter-service',
} as const;

interface Publisher {
  publishAll(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
}

/** Where records go that cannot be understood: key, value and headers as they were, and the reason in more headers. */
export class DeadLetters {
  constructor(
    private readonly publisher: Publisher,
    private readonly topic: string,
    private readonly service: string,
    private readonly now: () => Date,
    private readonly onDeadLetter: (reason: string, topic: string) => void,
  ) {}

  /** Resolves when Kafka has all of them. A record that is too large with its reason is kept without its value. */
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

  private async publishAlone(record: OutgoingRecord): Promise<void> {
    try {
      await this.publisher.publishAll(this.topic, [record]);
    } catch (error) {
      if (isRetryable(error)) throw error;
      const headers = { ...record.headers, [DEAD_LETTER.omitted]: String(record.value?.length ?? 0) };
      await this.publisher.publishAll(this.topic, [{ ...record, value: null, headers }]);
    }
  }

  private recordOf({ record, why }: DeadLetter): OutgoingRecord {
    const original = Object.entries(record.headers).filter(
      (header): header is [string, Buffer] => header[1] !== undefined,
    );
    const headers: Record<string, string | Buffer> = {
      ...Object.fromEntries(original),
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
