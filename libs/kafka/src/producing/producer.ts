import { retry, withTimeout } from '@signet/async';
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
import { SendQueue } from './send-queue.ts';
import type { Slice } from './send-queue.ts';

export interface RecordProducerOptions {
  readonly client: KafkaClientOptions;
  /** For logs. */
  readonly name: string;
  /** A send that Kafka has not acknowledged after this time is rejected; its records may still arrive. Milliseconds. */
  readonly deadlineMs?: number;
  /** The largest number of records in one send. */
  readonly batchSize?: number;
  /** If so many records wait, a further `publish` is refused at once. */
  readonly maxQueued?: number;
  /** In busy times, the longest gap between two sends, milliseconds. */
  readonly paceMs?: number;
  /** Default: not compressed, which every client can read. */
  readonly compression?: 'zstd';
}

/**
 * The largest number of bytes in one request. By default Kafka takes at most 1,048,588 bytes for one partition at a time, and all
 * records of a request may go to the same partition: a larger request would be refused for ever.
 */
const MAX_REQUEST_BYTES = 900_000;

/**
 * A request of fewer bytes is not compressed. kafkajs compresses the records of each partition apart, and zstd takes a context of
 * a megabyte each time, which the garbage collector counts: that is too much for a few bytes.
 */
const WORTH_COMPRESSING_BYTES = 16_384;

/** Between two tries to connect while Kafka is away, milliseconds. In each of them kafkajs tries several times by itself. */
const AGAIN_MS = 500;

/**
 * Produces records, acknowledged by all replicas. It is idempotent: over one connection each record is written once. kafkajs
 * has no linger: records that are published while a send is under way go together in the next send. So a single record does not
 * wait, and in busy times batches are large. One send at a time keeps the order (tulios/kafkajs#1005).
 *
 * It is no `Batcher`: a request has a limit of records and bytes, so an item may go in several requests, and the rest of an item
 * is refused when one of them fails.
 */
export class RecordProducer {
  private readonly kafka: NamedKafka;
  private readonly log: Logger;
  private readonly deadlineMs: number;
  private readonly maxQueued: number;
  private readonly pace: Pace;
  private producer: KafkaProducer | undefined;
  private connecting: Promise<KafkaProducer> | undefined;
  /** The producer that is being connected. */
  private opening: KafkaProducer | undefined;
  private readonly queue: SendQueue;
  private isSending = false;
  private readonly closing = new AbortController();

  constructor(private readonly options: RecordProducerOptions) {
    this.log = options.client.logger ?? silentLogger;
    // Few retries: the caller of `publish` decides how long to try, and kafkajs must not go on trying after the caller has given up.
    this.kafka = createKafka(options.client, 3);
    this.deadlineMs = options.deadlineMs ?? 20_000;
    this.queue = new SendQueue({ records: options.batchSize ?? 1_000, bytes: MAX_REQUEST_BYTES });
    this.maxQueued = options.maxQueued ?? 50_000;
    this.pace = new Pace(options.paceMs ?? 5);
  }

  /** Waits for Kafka as long as it takes. */
  async connect(): Promise<void> {
    await retry(() => this.connected(), {
      backoff: { firstMs: AGAIN_MS, longestMs: AGAIN_MS },
      signal: this.closing.signal,
      onFailure: (error) => this.log.warn({ err: error, producer: this.options.name }, 'waiting for Kafka'),
    });
  }

  /** The number of records that wait to be sent. */
  get queued(): number {
    return this.queue.records;
  }

  isConnected(): boolean {
    return this.producer !== undefined;
  }

  /** Sends what is queued, then disconnects. */
  async close(): Promise<void> {
    this.closing.abort();
    while (this.isSending || !this.queue.isEmpty) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([this.producer?.disconnect(), this.opening?.disconnect()]);
    this.producer = undefined;
  }

  /**
   * Resolves when Kafka has acknowledged the record.
   * @throws RetryableError when Kafka has not acknowledged it in time, RecordTooLargeError when Kafka will never take it
   */
  publish(topic: string, record: OutgoingRecord): Promise<void> {
    return this.publishAll(topic, [record]);
  }

  /**
   * Resolves when Kafka has acknowledged all of them; records of one key keep their order, if they have the same lane.
   *
   * @param lane such as a tenant: each lane with waiting records gets a part of the next request
   */
  publishAll(topic: string, records: readonly OutgoingRecord[], lane = ''): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.closing.signal.aborted)
      return Promise.reject(new RetryableError('kafka_closed', 'The producer is closed.'));
    if (this.queued >= this.maxQueued) {
      return Promise.reject(new RetryableError('kafka_backpressure', `${this.queued} records wait for Kafka.`));
    }
    return new Promise<void>((resolve, reject) => {
      this.queue.add(lane, { topic, records, taken: 0, resolve, reject });
      if (!this.isSending) void this.sendQueued();
    });
  }

  private async sendQueued(): Promise<void> {
    this.isSending = true;
    while (!this.queue.isEmpty) {
      await this.pace.ready(this.queued);
      const group = this.queue.next();
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

  /** The remaining records of these items must not be sent either: after the rejection, the caller begins again with the first record. */
  private refuse(group: readonly Slice[], cause: Error): void {
    const refused = new Set(group.map(({ item }) => item));
    this.queue.remove(refused);
    for (const item of refused) item.reject(cause);
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
    const sent = this.connected().then((producer) => producer.sendBatch(batch));
    // A deadline of our own: a request of kafkajs may take longer than kafkajs' timeouts (tulios/kafkajs#1749).
    await withTimeout(sent, this.deadlineMs, () => new Error(`No acknowledgement within ${this.deadlineMs} ms.`));
  }

  private compressionOf(group: readonly Slice[]): kafkajs.CompressionTypes {
    if (this.options.compression !== 'zstd') return kafkajs.CompressionTypes.None;
    const bytes = group.reduce((sum, { records }) => records.reduce((bytes, record) => bytes + sizeOf(record), sum), 0);
    return kafkajs.CompressionTypes[bytes >= WORTH_COMPRESSING_BYTES ? 'ZSTD' : 'None'];
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

  /** After a failure the sequence numbers of an idempotent producer may no longer fit, so a new producer is connected. */
  private reset(): void {
    const producer = this.producer;
    this.producer = undefined;
    void producer?.disconnect().catch(() => undefined);
    // Connect now, and not with the next record: a caller may publish nothing until `isConnected` is true, and would wait for ever.
    void this.connect();
  }
}

/** If a single record is too large for Kafka, trying again does not help. Every other failure may pass. */
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
