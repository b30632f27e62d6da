import { retry } from '@signet/async';
import type { Backoff, Failure } from '@signet/async';
import type { DeadLetter, DeadLetters } from '../dead-letters/dead-letters.ts';
import { isRetryable } from '../errors.ts';
import type { Logger } from '../connection/client.ts';
import type { BatchHandler, KafkaRecord, RecordBatch } from '../record.ts';
import { Watermark } from './watermark.ts';

export interface FeedOptions {
  readonly topic: string;
  readonly partition: number;
  readonly handler: BatchHandler;
  readonly deadLetters: DeadLetters;
  readonly maxInFlightRecords: number;
  /** Limits the bytes of the values of records under way: a thousand records of the largest size would be a quarter of a gigabyte. */
  readonly maxInFlightBytes: number;
  /** As how many records a record counts for `maxInFlightRecords`. */
  readonly countOf: (record: KafkaRecord) => number;
  readonly isPipelined: boolean;
  readonly backoff: Backoff;
  readonly logger: Logger;
  readonly onProgress: () => void;
}

/**
 * One partition for as long as one assignment of it lasts. A partition that is taken away and given back gets a new
 * feed, so that batches that the old feed still has under way can never be committed.
 */
export class PartitionFeed {
  readonly watermark = new Watermark();
  private readonly controller = new AbortController();
  private inFlightRecords = 0;
  private inFlightBytes = 0;
  private last: Promise<void> = Promise.resolve();
  private readonly underWay = new Set<Promise<void>>();
  private roomWaiters: (() => void)[] = [];
  /** The partition is left out of the fetches until there is room. */
  isPaused = false;

  constructor(private readonly options: FeedOptions) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get hasRoom(): boolean {
    const { maxInFlightRecords, maxInFlightBytes } = this.options;
    return this.inFlightRecords < maxInFlightRecords && this.inFlightBytes < maxInFlightBytes;
  }

  /** Resolves when half of the room is free again, or the feed was aborted. */
  async untilHalfEmpty(): Promise<void> {
    const { maxInFlightRecords, maxInFlightBytes } = this.options;
    const isCrowded = (): boolean =>
      this.inFlightRecords > maxInFlightRecords / 2 || this.inFlightBytes > maxInFlightBytes / 2;
    while (isCrowded() && !this.signal.aborted) {
      await new Promise<void>((resolve) => this.roomWaiters.push(resolve));
    }
  }

  /** Hands records over without waiting for them. */
  accept(records: readonly KafkaRecord[], lastOffset: string): void {
    const end = this.watermark.begin(lastOffset);
    const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    const { isPipelined, countOf } = this.options;
    const count = records.reduce((sum, record) => sum + countOf(record), 0);
    this.inFlightRecords += count;
    this.inFlightBytes += bytes;
    const work = (isPipelined ? this.handle(records) : this.last.then(() => this.handle(records))).then((isDone) => {
      this.inFlightRecords -= count;
      this.inFlightBytes -= bytes;
      if (isDone) {
        end();
        this.options.onProgress();
      }
      for (const resolve of this.roomWaiters.splice(0)) resolve();
    });
    this.last = work;
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }

  /** Batches under way may end, but are not committed any more, and no handler is called again. */
  abort(): void {
    this.controller.abort();
    for (const resolve of this.roomWaiters.splice(0)) resolve();
  }

  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  /** True when the records were handled or set aside; false when the feed was aborted first. */
  private async handle(records: readonly KafkaRecord[]): Promise<boolean> {
    const handOver = async (): Promise<void> => {
      const aside: DeadLetter[] = [];
      await this.options.handler(this.batch(records, aside));
      await this.publishDeadLetters(aside);
    };
    const onFailure = (error: unknown, failure: Failure): void => {
      if (this.signal.aborted) return;
      if (!isRetryable(error)) throw error;
      this.tellOf(error, failure);
    };
    try {
      await retry(handOver, { backoff: this.options.backoff, signal: this.signal, onFailure });
      return !this.signal.aborted;
    } catch (error) {
      return this.isolate(records, error);
    }
  }

  /** The record at fault must not hold back the others: the batch is halved until that record is alone, and it is set aside. */
  private async isolate(records: readonly KafkaRecord[], error: unknown): Promise<boolean> {
    const [only] = records;
    if (records.length > 1 || !only) {
      const middle = Math.ceil(records.length / 2);
      return (await this.handle(records.slice(0, middle))) && (await this.handle(records.slice(middle)));
    }
    const detail = error instanceof Error ? error.message : String(error);
    const { topic, partition, logger } = this.options;
    logger.error({ topic, partition, offset: only.offset, err: error }, 'a record cannot be handled; it is set aside');
    await this.publishDeadLetters([{ record: only, why: { reason: 'handler_error', detail } }]);
    return !this.signal.aborted;
  }

  private async publishDeadLetters(aside: readonly DeadLetter[]): Promise<void> {
    if (aside.length === 0) return;
    const { backoff, deadLetters } = this.options;
    const onFailure = (error: unknown, failure: Failure): void => this.tellOf(error, failure);
    await retry(() => deadLetters.publish(aside), { backoff, signal: this.signal, onFailure });
  }

  private tellOf(error: unknown, { failures, waitMs }: Failure): void {
    const { logger, topic, partition } = this.options;
    logger.warn({ topic, partition, failures, retryInMs: waitMs, err: error }, 'a batch is tried again');
  }

  private batch(records: readonly KafkaRecord[], aside: DeadLetter[]): RecordBatch {
    const { topic, partition } = this.options;
    return {
      topic,
      partition,
      records,
      signal: this.signal,
      setAside: (record, why) => void aside.push({ record, why }),
    };
  }
}
