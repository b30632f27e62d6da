import { randomUUID } from 'node:crypto';
import { retry, settledWithin } from '@signet/async';
import type { EachBatchPayload } from 'kafkajs';
import { withAdmin } from '../topics/admin.ts';
import { createKafka, silentLogger } from '../connection/client.ts';
import type { KafkaClientOptions, Logger } from '../connection/client.ts';
import type { KafkaConsumer } from '../prefix/prefixed-consumer.ts';
import type { KafkaRecord } from '../record.ts';
import { toRecords } from '../consuming/to-records.ts';

/** The waits between two looks for a topic that does not exist: it may be made in a moment or in an hour. */
const LOOKS = { firstMs: 250, longestMs: 2_000 };
/** How long `close` waits for a join under way, for kafkajs to leave the group, and for the group's removal; milliseconds each. */
const CLOSING_MS = 5_000;
/**
 * How long the broker keeps a fetch that finds nothing, milliseconds. A record ends the wait. kafkajs sends its heartbeats between
 * fetches, so that an idle reader sends one every 5 s: its session lasts 30 s.
 */
const WAIT_MS = 2_500;

export interface CompactedTopicOptions {
  readonly client: KafkaClientOptions;
  readonly topic: string;
  /** Only this partition is read; all of them by default. */
  readonly partition?: number;
  /** Called in order for each record that has a key; a value of null is a tombstone. It must not throw. */
  readonly onRecord: (key: string, value: Buffer | null, record: KafkaRecord) => void;
  /** Called after the records of each fetch, and once when everything that was on the topic at the start has been read. */
  readonly onBatch?: () => void;
  /** The reader cannot go on. By default the process ends, since a table that is not read any more looks like one without changes. */
  readonly onFatal?: (error: unknown) => void;
  readonly logger?: Logger;
}

/**
 * Reads a compacted topic from its beginning, and then follows it: a table that other services write. kafkajs cannot read
 * without a group, so each reader has a group of its own, which commits nothing and is removed at the end.
 */
export class CompactedTopic {
  private readonly groupId: string;
  private readonly log: Logger;
  private consumer: KafkaConsumer | undefined;
  private readonly missing = new Map<number, bigint>();
  private readonly begins = new Map<number, bigint>();
  private markReady!: () => void;
  private readonly ready = new Promise<void>((resolve) => (this.markReady = resolve));
  private markJoined!: () => void;
  private readonly joined = new Promise<void>((resolve) => (this.markJoined = resolve));
  private isComplete = false;
  private readonly closing = new AbortController();

  constructor(private readonly options: CompactedTopicOptions) {
    this.groupId = `${options.client.clientId}.table.${options.topic}.${randomUUID()}`;
    this.log = options.logger ?? options.client.logger ?? silentLogger;
  }

  /** Resolves when everything that was on the topic at the start has been read. If the topic does not exist, it waits for it. */
  async start(): Promise<void> {
    const { topic, client } = this.options;
    await this.readEnds();
    if (this.isClosed) return;
    const consumer = createKafka({ ...client, logger: this.log }).consumer({
      groupId: this.groupId,
      sessionTimeout: 30_000,
      heartbeatInterval: 3_000,
      maxWaitTimeInMs: WAIT_MS,
      maxBytesPerPartition: 4_194_304,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 30, restartOnFailure: async () => !this.isClosed },
    });
    this.consumer = consumer;
    let joins = 0;
    consumer.on(consumer.events.GROUP_JOIN, () => {
      joins += 1;
      // kafkajs counts as joined only some promises later, and if it is disconnected before that, it does not leave the group.
      setImmediate(() => this.markJoined());
      // The consumer begins anew, perhaps because the topic was deleted and made again: it may never reach the ends of the former topic.
      if (joins > 1 && !this.isComplete) void this.readEnds().then(() => this.checkComplete());
    });
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (restart || this.isClosed) return;
      this.log.error({ err: error, topic }, 'the reader of a table has crashed and does not come back');
      (this.options.onFatal ?? exit)(error);
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
    } catch (error) {
      // Disconnected while it was being connected.
      if (!this.isClosed) throw error;
    }
    if (this.isClosed) return this.markJoined();
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: (payload) => this.read(payload),
    });
    this.checkComplete();
    await this.ready;
  }

  private get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Whether everything that was on the topic at the start has been read. */
  isReady(): boolean {
    return this.isComplete;
  }

  /** The earliest offset that a partition had at the start. */
  beginOf(partition: number): bigint {
    return this.begins.get(partition) ?? 0n;
  }

  async close(): Promise<void> {
    this.closing.abort();
    if (!this.consumer) return;
    // kafkajs finishes a join although it was disconnected meanwhile.
    await settledWithin(this.joined, CLOSING_MS);
    await settledWithin(this.consumer.disconnect(), CLOSING_MS);
    // If the removal fails, Kafka forgets the group after the retention of its offsets.
    await settledWithin(
      withAdmin(this.options.client, (admin) => admin.deleteGroups([this.groupId])),
      CLOSING_MS,
    );
  }

  /** Reads where each partition ends now, and waits for a topic that does not exist. */
  private async readEnds(): Promise<void> {
    const { topic } = this.options;
    await retry(() => this.readEndsOnce(), {
      backoff: LOOKS,
      signal: this.closing.signal,
      onFailure: (error) => this.log.warn({ topic, err: error }, 'waiting for a topic'),
    });
  }

  /** Partitions without records are complete at once. */
  private async readEndsOnce(): Promise<void> {
    const admin = createKafka({ ...this.options.client, logger: this.log }, 3).admin();
    try {
      await admin.connect();
      const offsets = await admin.fetchTopicOffsets(this.options.topic);
      this.missing.clear();
      for (const { partition, low, high } of offsets.filter((one) => this.isRead(one.partition))) {
        this.begins.set(partition, BigInt(low));
        if (BigInt(high) > BigInt(low)) this.missing.set(partition, BigInt(high));
      }
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  private isRead(partition: number): boolean {
    return this.options.partition === undefined || this.options.partition === partition;
  }

  private async read({ batch, heartbeat }: EachBatchPayload): Promise<void> {
    if (!this.isRead(batch.partition)) return;
    for (const record of toRecords(batch)) {
      if (record.key !== null) this.options.onRecord(record.key.toString('utf8'), record.value, record);
    }
    const end = this.missing.get(batch.partition);
    // The batch's own last offset counts, since the records at the very end may have been compacted away.
    if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end) {
      this.missing.delete(batch.partition);
      this.checkComplete();
    }
    this.options.onBatch?.();
    await heartbeat();
  }

  private checkComplete(): void {
    if (this.missing.size > 0) return;
    if (!this.isComplete) {
      this.isComplete = true;
      this.options.onBatch?.();
    }
    this.markReady();
  }
}

const exit = (): never => process.exit(1);
