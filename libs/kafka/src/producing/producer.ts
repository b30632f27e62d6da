import kafkajs from 'kafkajs';
import type { ProducerBatch, TopicMessages } from 'kafkajs';
import { createKafka, silentLogger } from '../connection/client.ts';
import type { KafkaClientOptions, Logger } from '../connection/client.ts';
import { RecordTooLargeError, RetryableError } from '../errors.ts';
import { Pace } from './pace.ts';
import { partitioner } from './partitioner.ts';
import type { KafkaProducer, NamedKafka } from '../prefix/prefixed-kafka.ts';
import type { OutgoingRecord } from '../record.ts';
import { sizeOf } from './record-size.ts';

export interface RecordProducerOptions {
  readonly client: KafkaClientOptions;
  /** For logs. */
  readonly name: string;
  /** A send that Kafka has not acknowledged by then is rejected; it may still arrive. Milliseconds. */
  readonly deadlineMs?: number;
  /** Records in one send at most. */
  readonly batchSize?: number;
  /** Records that may wait; more are refused at once. */
  readonly maxQueued?: number;
  /** In busy times, the longest gap between two sends, milliseconds. */
  readonly paceMs?: number;
  /** Default: as they are, which every client can read without more. */
  readonly compression?: 'zstd';
}

interface Queued {
  readonly topic: string;
  readonly records: readonly OutgoingRecord[];
  /** How many of the records have been taken for sending. */
  taken: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Records of one item that go in one request. */
interface Slice {
  readonly item: Queued;
  readonly records: readonly OutgoingRecord[];
}

/**
 * Bytes in one request. Kafka takes 1,048,588 of one partition at a time by default, and all of a request may go to one:
 * a request that is larger is refused for ever.
 */
const MAX_REQUEST_BYTES = 900_000;

/**
 * A request of fewer bytes is sent as it is. kafkajs compresses what goes to each partition by itself, and each time takes a
 * context of a megabyte, which the collector counts: few bytes are not worth that.
 */
const WORTH_COMPRESSING_BYTES = 16_384;

/**
 * Produces records, acknowledged by all replicas, once each as far as one connection can promise (idempotent). kafkajs
 * has no linger: what is published while a send is under way goes together with the next one, so a lonely record never
 * waits and busy times make large batches. One send at a time keeps the order (tulios/kafkajs#1005).
 */
export class RecordProducer {
  private readonly kafka: NamedKafka;
  private readonly log: Logger;
  private readonly deadlineMs: number;
  private readonly batchSize: number;
  private readonly maxQueued: number;
  private readonly pace: Pace;
  private producer: KafkaProducer | undefined;
  private connecting: Promise<KafkaProducer> | undefined;
  /** The producer that is being connected. */
  private opening: KafkaProducer | undefined;
  private queue: Queued[] = [];
  private queuedRecords = 0;
  private isSending = false;
  private isClosed = false;

  constructor(private readonly options: RecordProducerOptions) {
    this.log = options.client.logger ?? silentLogger;
    // Whoever publishes decides how long to try; a connection that was given up must not be tried on behind its back.
    this.kafka = createKafka(options.client, 3);
    this.deadlineMs = options.deadlineMs ?? 20_000;
    this.batchSize = options.batchSize ?? 1_000;
    this.maxQueued = options.maxQueued ?? 50_000;
    this.pace = new Pace(options.paceMs ?? 5);
  }

  /** Waits for Kafka as long as it takes. */
  async connect(): Promise<void> {
    while (!this.isClosed) {
      try {
        await this.connected();
        return;
      } catch (error) {
        this.log.warn({ err: error, producer: this.options.name }, 'waiting for Kafka');
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  /** Records that wait for Kafka to take them. */
  get queued(): number {
    return this.queuedRecords;
  }

  isConnected(): boolean {
    return this.producer !== undefined;
  }

  /** Sends what is queued, then disconnects. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.isSending || this.queue.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([this.producer?.disconnect(), this.opening?.disconnect()]);
    this.producer = undefined;
  }

  /**
   * Resolves when Kafka has acknowledged the record.
   * @throws RetryableError when it has not in time, RecordTooLargeError when it never will
   */
  publish(topic: string, record: OutgoingRecord): Promise<void> {
    return this.publishAll(topic, [record]);
  }

  /** Resolves when Kafka has acknowledged all of them; records of one key keep their order. */
  publishAll(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.isClosed) return Promise.reject(new RetryableError('kafka_closed', 'The producer is closed.'));
    if (this.queuedRecords >= this.maxQueued) {
      return Promise.reject(new RetryableError('kafka_backpressure', `${this.queuedRecords} records wait for Kafka.`));
    }
    return new Promise<void>((resolve, reject) => {
      this.queue.push({ topic, records, taken: 0, resolve, reject });
      this.queuedRecords += records.length;
      if (!this.isSending) void this.sendQueued();
    });
  }

  private async sendQueued(): Promise<void> {
    this.isSending = true;
    while (this.queue.length > 0) {
      await this.pace.ready(this.queuedRecords);
      const group = this.takeGroup();
      this.pace.carried(group.reduce((sum, { records }) => sum + records.length, 0));
      try {
        await this.send(group);
        for (const { item } of group) if (item.taken === item.records.length) item.resolve();
      } catch (error) {
        this.log.warn({ err: error, producer: this.options.name }, 'records could not be sent');
        this.reset();
        this.refuse(group, failureOf(error, group));
      }
    }
    this.isSending = false;
  }

  /** What fits into a request, in order; an item that is too large for one goes on in the next. */
  private takeGroup(): Slice[] {
    const group: Slice[] = [];
    let count = 0;
    let bytes = 0;
    for (const item of this.queue) {
      const from = item.taken;
      for (let record = item.records[from]; record && count < this.batchSize; record = item.records[item.taken]) {
        bytes += sizeOf(record);
        if (bytes > MAX_REQUEST_BYTES && count > 0) break;
        item.taken += 1;
        count += 1;
      }
      if (item.taken > from) group.push({ item, records: item.records.slice(from, item.taken) });
      if (item.taken < item.records.length) break;
    }
    this.queue = this.queue.filter(({ taken, records }) => taken < records.length);
    this.queuedRecords -= count;
    return group;
  }

  /** What is left of these items must not be sent either: whoever published them begins again with the first. */
  private refuse(group: readonly Slice[], cause: Error): void {
    const refused = new Set(group.map(({ item }) => item));
    for (const item of refused) {
      this.queuedRecords -= item.records.length - item.taken;
      item.reject(cause);
    }
    this.queue = this.queue.filter((item) => !refused.has(item));
  }

  private async send(group: readonly Slice[]): Promise<void> {
    const byTopic = new Map<string, OutgoingRecord[]>();
    for (const { item, records } of group) {
      const { topic } = item;
      const known = byTopic.get(topic);
      if (known) for (const record of records) known.push(record);
      else byTopic.set(topic, [...records]);
    }
    const topicMessages = [...byTopic].map(([topic, records]) => ({ topic, messages: records.map(toMessage) }));
    const batch: ProducerBatch = { acks: -1, compression: this.compressionOf(group), topicMessages };
    const deadline = this.deadline();
    try {
      await Promise.race([this.connected().then((producer) => producer.sendBatch(batch)), deadline.passed]);
    } finally {
      deadline.clear();
    }
  }

  private compressionOf(group: readonly Slice[]): kafkajs.CompressionTypes {
    if (this.options.compression !== 'zstd') return kafkajs.CompressionTypes.None;
    const bytes = group.reduce((sum, { records }) => records.reduce((bytes, record) => bytes + sizeOf(record), sum), 0);
    return kafkajs.CompressionTypes[bytes >= WORTH_COMPRESSING_BYTES ? 'ZSTD' : 'None'];
  }

  /** kafkajs' own timeouts are not bounds (tulios/kafkajs#1749). */
  private deadline(): { passed: Promise<never>; clear: () => void } {
    let timer: NodeJS.Timeout | undefined;
    const passed = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No acknowledgement within ${this.deadlineMs} ms.`)), this.deadlineMs);
    });
    return { passed, clear: () => clearTimeout(timer) };
  }

  private async connected(): Promise<KafkaProducer> {
    return this.producer ?? (this.connecting ??= this.open().finally(() => (this.connecting = undefined)));
  }

  private async open(): Promise<KafkaProducer> {
    const producer = this.kafka.producer({
      createPartitioner: partitioner,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 10 },
    });
    this.opening = producer;
    try {
      await producer.connect();
    } finally {
      this.opening = undefined;
    }
    this.producer = producer;
    return producer;
  }

  /** After a failure the sequence numbers of an idempotent producer may no longer fit: it begins anew. */
  private reset(): void {
    const producer = this.producer;
    this.producer = undefined;
    void producer?.disconnect().catch(() => undefined);
    // Now, and not with the next record: whoever asks meanwhile whether it is connected may be the one who decides whether any come.
    void this.connect();
  }
}

/** Kafka takes no record that is larger than its limit, however often it is sent. */
function failureOf(error: unknown, group: readonly Slice[]): Error {
  const isAlone = group.length === 1 && group[0]?.records.length === 1;
  return isAlone && (error as { type?: unknown }).type === 'MESSAGE_TOO_LARGE'
    ? new RecordTooLargeError(error)
    : new RetryableError('kafka_unavailable', 'Kafka has not acknowledged the records.', { cause: error });
}

type Message = TopicMessages['messages'][number];

const toMessage = ({ key, value, headers, partition, timestamp }: OutgoingRecord): Message => {
  const message: Message = { key, value };
  if (headers) message.headers = headers as NonNullable<Message['headers']>;
  if (partition !== undefined) message.partition = partition;
  if (timestamp !== undefined) message.timestamp = String(timestamp);
  return message;
};
