import { retry } from '@signet/async';
import type { Backoff, Failure } from '@signet/async';
import type { Logger } from '../../connection/client.ts';
import type { DeadLetter, DeadLetters } from '../../dead-letters/dead-letters.ts';
import { isRetryable } from '../../errors.ts';
import type { BatchHandler, KafkaRecord, RecordBatch } from '../../record.ts';

export interface BatchWorkOptions {
  readonly topic: string;
  readonly partition: number;
  readonly handler: BatchHandler;
  readonly deadLetters: DeadLetters;
  readonly backoff: Backoff;
  readonly logger: Logger;
}

/** Hands batches of one partition to the handler until each of their records is handled or on the dead-letter topic. */
export class BatchWork {
  constructor(
    private readonly options: BatchWorkOptions,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves to true when the records were handled or set aside, and to false when the signal was aborted first. */
  async handle(records: readonly KafkaRecord[], lane: string): Promise<boolean> {
    if (this.signal.aborted) return false;
    const handOver = async (): Promise<void> => {
      const aside: DeadLetter[] = [];
      await this.options.handler(this.batch(records, lane, aside));
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
      return this.isolate(records, lane, error);
    }
  }

  /** The record at fault must not hold back the others: the batch is halved until that record is alone, and it is set aside. */
  private async isolate(records: readonly KafkaRecord[], lane: string, error: unknown): Promise<boolean> {
    const [only] = records;
    if (records.length > 1 || !only) {
      const middle = Math.ceil(records.length / 2);
      return (await this.handle(records.slice(0, middle), lane)) && (await this.handle(records.slice(middle), lane));
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

  private batch(records: readonly KafkaRecord[], lane: string, aside: DeadLetter[]): RecordBatch {
    const { topic, partition } = this.options;
    return {
      topic,
      partition,
      lane,
      records,
      signal: this.signal,
      setAside: (record, why) => void aside.push({ record, why }),
    };
  }
}
