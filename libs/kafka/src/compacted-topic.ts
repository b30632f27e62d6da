import { randomUUID } from 'node:crypto';
import type { EachBatchPayload } from 'kafkajs';
import { createKafka, silentLogger } from './client.ts';
import type { KafkaClientOptions, Logger } from './client.ts';
import type { KafkaConsumer } from './prefix/prefixed-consumer.ts';

export interface CompactedTopicOptions {
  readonly client: KafkaClientOptions;
  readonly topic: string;
  /** Called in order for each record; null is a tombstone. It must not throw. */
  readonly onRecord: (key: string, value: Buffer | null) => void;
  /** The reader cannot go on; by default the process ends, since a table that stands still looks like one in which nothing happens. */
  readonly onFatal?: (error: unknown) => void;
  readonly logger?: Logger;
}

/**
 * Reads a compacted topic whole, from its beginning and for ever: a table that others write. kafkajs cannot read
 * without a group, so each reader has a group of its own, which commits nothing and is removed at the end.
 */
export class CompactedTopic {
  private readonly groupId: string;
  private readonly log: Logger;
  private consumer: KafkaConsumer | undefined;
  private readonly missing = new Map<number, bigint>();
  private markReady!: () => void;
  private readonly ready = new Promise<void>((resolve) => (this.markReady = resolve));
  private isComplete = false;
  private isClosed = false;

  constructor(private readonly options: CompactedTopicOptions) {
    this.groupId = `${options.client.clientId}.table.${options.topic}.${randomUUID()}`;
    this.log = options.logger ?? options.client.logger ?? silentLogger;
  }

  /** Resolves when everything that lay on the topic at the start has been read. Waits for a topic that is not there. */
  async start(): Promise<void> {
    const { topic, client } = this.options;
    await this.readEnds();
    const consumer = createKafka({ ...client, logger: this.log }).consumer({
      groupId: this.groupId,
      sessionTimeout: 30_000,
      heartbeatInterval: 3_000,
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: 4_194_304,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 30, restartOnFailure: async () => !this.isClosed },
    });
    this.consumer = consumer;
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (restart || this.isClosed) return;
      this.log.error({ err: error, topic }, 'the reader of a table has crashed and does not come back');
      (this.options.onFatal ?? exit)(error);
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: (payload) => this.read(payload),
    });
    this.checkComplete();
    await this.ready;
  }

  /** Whether everything that lay there at the start has been read. */
  isReady(): boolean {
    return this.isComplete;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (!this.consumer) return;
    await this.consumer.disconnect();
    const admin = createKafka(this.options.client).admin();
    await admin.connect();
    // A group that nobody removes is forgotten by Kafka after its offsets' retention.
    await admin.deleteGroups([this.groupId]).catch(() => undefined);
    await admin.disconnect();
  }

  /** Where each partition ended at the start. Empty partitions, and those compacted to nothing, have nothing to wait for. */
  private async readEnds(): Promise<void> {
    while (!this.isClosed) {
      const admin = createKafka({ ...this.options.client, logger: this.log }, 3).admin();
      try {
        await admin.connect();
        for (const { partition, low, high } of await admin.fetchTopicOffsets(this.options.topic)) {
          if (BigInt(high) > BigInt(low)) this.missing.set(partition, BigInt(high));
        }
        return;
      } catch (error) {
        this.log.warn({ topic: this.options.topic, err: error }, 'waiting for a topic');
        await new Promise((resolve) => setTimeout(resolve, 500));
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    }
  }

  private async read({ batch, heartbeat }: EachBatchPayload): Promise<void> {
    for (const { key, value } of batch.messages) {
      if (key !== null) this.options.onRecord(key.toString('utf8'), value);
    }
    const end = this.missing.get(batch.partition);
    // The batch's own last offset counts, since the records at the very end may have been compacted away.
    if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end) {
      this.missing.delete(batch.partition);
      this.checkComplete();
    }
    await heartbeat();
  }

  private checkComplete(): void {
    if (this.missing.size > 0) return;
    this.isComplete = true;
    this.markReady();
  }
}

const exit = (): never => process.exit(1);
