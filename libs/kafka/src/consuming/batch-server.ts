import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { retry, settledWithin } from '@signet/async';
import type { Backoff } from '@signet/async';
import type { EachBatchPayload } from 'kafkajs';
import { isObservable, lastValueFrom } from 'rxjs';
import { createKafka, silentLogger } from '../connection/client.ts';
import type { KafkaClientOptions, Logger } from '../connection/client.ts';
import { consumerConnects } from './consumer-connects.ts';
import { DeadLetters } from '../dead-letters/dead-letters.ts';
import { tellingOfLostOffsets } from './lost-offsets.ts';
import type { LostOffset } from './lost-offsets.ts';
import { memberAssigner } from '../group/group-member.ts';
import { HeartbeatAge } from './heartbeat-age.ts';
import { Pace } from '../producing/pace.ts';
import { LanesUnderWay } from './feed/lanes-under-way.ts';
import { PartitionFeed } from './feed/partition-feed.ts';
import type { FeedLanes } from './feed/partition-feed.ts';
import { KafkaNames } from '../prefix/names.ts';
import type { KafkaConsumer } from '../prefix/prefixed-consumer.ts';
import { RecordProducer } from '../producing/producer.ts';
import type { BatchHandler, KafkaRecord, RecordBatch } from '../record.ts';
import type { Assignment } from '../group/sticky-assignment.ts';
import { toRecords } from './to-records.ts';

export interface KafkaBatchServerOptions {
  readonly client: KafkaClientOptions;
  readonly groupId: string;
  /** Handlers declared with the same id are served by this server. */
  readonly transportId: symbol;
  readonly deadLetterTopic: string;
  /**
   * Where this process runs, such as an address that it listens on: no two living processes may name the same place. If a
   * process of this place has died without leaving the group, the start of this one ends that membership at once, instead of
   * when its session times out.
   */
  readonly place?: string | undefined;
  /** As long as the handlers of one partition work on this many records, they get no more of it. */
  readonly maxInFlightRecords?: number;
  /** As how many records a record counts for that limit; default one. */
  readonly countOf?: (record: KafkaRecord) => number;
  /** The same limit for the bytes of the records' values. Default 16 MiB. */
  readonly maxInFlightBytes?: number;
  /**
   * Records of different lanes, such as those of different tenants, get past each other: they are read ahead, and the lanes of a
   * partition are served in turn. Default: all records are in one lane.
   */
  readonly lanes?: FeedLanes;
  /** With lanes, the bytes of the values that may be read ahead, of all partitions together. Default 64 MiB. */
  readonly readAheadBytes?: number;
  /** false: one batch of a partition at a time. */
  readonly pipelined?: boolean;
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  readonly maxWaitTimeMs?: number;
  readonly maxBytesPerPartition?: number;
  readonly partitionsConsumedConcurrently?: number;
  readonly commitIntervalMs?: number;
  /** In busy times, the longest gap between two fetches, milliseconds. */
  readonly paceMs?: number;
  readonly backoff?: Backoff;
  /** Silence of the consumer after which it counts as dead (tulios/kafkajs#659), milliseconds. */
  readonly watchdogMs?: number;
  /** How long handlers may take to end when the server stops. */
  readonly stopDeadlineMs?: number;
  /**
   * Called before the member joins its group (also when it joins again), and before it leaves. When it resolves, Kafka may give
   * any of the partitions to another member; the partitions that stay here come back with `onAssigned`. It may take two
   * seconds: Kafka does not wait much longer. With this hook, a stop does not wait for the handlers: records that they have not
   * finished by then are read again.
   */
  readonly onGivingUp?: () => Promise<void>;
  /**
   * Called at every join with all partitions, also those that the member had before: another member may have had them in
   * between, and kafkajs cannot tell. Awaited before the first batch is handed over, and tried again until it succeeds.
   */
  readonly onAssigned?: (assignment: Assignment) => Promise<void> | void;
  /** Called as soon as the partitions are known to be lost, while an `onAssigned` may still be under way. */
  readonly onRevoked?: (assignment: Assignment) => Promise<void> | void;
  readonly onDeadLetter?: (reason: string, topic: string) => void;
  /**
   * Kafka had no record at the offset of the group, so the partition is read from its earliest record. Either the records
   * between the two were deleted before they were read, or all records are read again.
   */
  readonly onOffsetLost?: (lost: LostOffset) => void;
  /** The consumer cannot go on; by default the process ends, so that its supervisor starts it anew. */
  readonly onFatal?: (error: unknown) => void;
  readonly now?: () => Date;
  readonly logger?: Logger;
}

const DEFAULTS = {
  maxInFlightRecords: 2_000,
  countOf: (_record: KafkaRecord) => 1,
  maxInFlightBytes: 16 * 1_048_576,
  readAheadBytes: 64 * 1_048_576,
  pipelined: true,
  sessionTimeoutMs: 6_000,
  heartbeatIntervalMs: 1_000,
  maxWaitTimeMs: 100,
  maxBytesPerPartition: 1_048_576,
  partitionsConsumedConcurrently: 3,
  commitIntervalMs: 250,
  paceMs: 5,
  backoff: { firstMs: 100, longestMs: 10_000 },
  stopDeadlineMs: 10_000,
  watchdogMs: 60_000,
  now: () => new Date(),
};

/** How long giving up, and the commit behind it, may take. Together they are well below the session time-out. */
const GIVING_UP_MS = 2_000;
const LAST_COMMIT_MS = 1_000;
/** How long an end waits for a join under way, milliseconds: as long as for kafkajs to leave the group. */
const JOINING_MS = 5_000;

/** One response holds about so much, compressed or not; all of it is unpacked at once. */
const MAX_FETCH_BYTES = 4 * 1_048_576;

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/**
 * Nest's transport over kafkajs, batch-wise: handlers get the records of a partition, and may still work on them while the
 * next batch is handed over. An offset is committed only when the handlers have finished with all records before it.
 *
 * Subscriptions are the patterns of the handlers that carry the server's `transportId`; `addHandler` adds topics that
 * are known at run time only.
 */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  private readonly settings: KafkaBatchServerOptions & typeof DEFAULTS;
  private readonly log: Logger;
  private readonly producer: RecordProducer;
  private readonly deadLetters: DeadLetters;
  private readonly feeds = new Map<string, PartitionFeed>();
  private readonly underWay: LanesUnderWay;
  private consumer: KafkaConsumer | undefined;
  private assignment: Assignment = {};
  private assignmentReady: Promise<void> = Promise.resolve();
  private commitTimer: NodeJS.Timeout | undefined;
  private committing: Promise<void> | undefined;
  private readonly heartbeatAge = new HeartbeatAge();
  private givingUp: Promise<void> | undefined;
  private readonly pace: Pace;
  private signOfLifeAt: number;
  private isRunning = false;
  private isJoined = false;
  /** The join under way, if there is one; it ends when the group is joined, or with a crash for good. */
  private joining: { readonly ended: Promise<void>; readonly end: () => void } | undefined;
  private readonly closing = new AbortController();

  constructor(options: KafkaBatchServerOptions) {
    super();
    this.settings = { ...DEFAULTS, ...definedOf(options) };
    this.transportId = options.transportId;
    this.log = options.logger ?? silentLogger;
    this.signOfLifeAt = performance.now();
    this.pace = new Pace(this.settings.paceMs);
    const { batchSize = Number.POSITIVE_INFINITY, atOnce = Number.POSITIVE_INFINITY } = options.lanes ?? {};
    this.underWay = new LanesUnderWay(batchSize, atOnce, () => this.handOver());
    this.producer = new RecordProducer({ client: options.client, name: `${options.groupId}.dead-letters` });
    this.deadLetters = new DeadLetters(
      this.producer,
      options.deadLetterTopic,
      options.client.clientId,
      this.settings.now,
      options.onDeadLetter ?? (() => undefined),
    );
  }

  override on(): void {
    throw new Error('KafkaBatchServer has no events; use the hooks of its options.');
  }

  override unwrap<T>(): T {
    return this.consumer as T;
  }

  /** Called by Nest. Joins the group in the background, so that a broker that is not up yet does not stop the service. */
  override listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  async start(): Promise<void> {
    const { client, groupId, sessionTimeoutMs, heartbeatIntervalMs, maxWaitTimeMs, maxBytesPerPartition } =
      this.settings;
    await this.producer.connect();
    if (this.isClosing) return this.producer.close();
    const consumer = createKafka({
      ...client,
      logger: tellingOfLostOffsets(this.log, (lost) => this.offsetLost(lost), this.alive),
    }).consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: Math.max(sessionTimeoutMs, 10_000),
      heartbeatInterval: heartbeatIntervalMs,
      maxWaitTimeInMs: maxWaitTimeMs,
      maxBytesPerPartition,
      maxBytes: MAX_FETCH_BYTES,
      allowAutoTopicCreation: false,
      partitionAssigners: [
        memberAssigner({
          assigned: () => this.assignmentOnKafka(),
          beforeGivingUp: () => (this.givingUp ??= this.giveUp()),
          place: this.settings.place,
          onPredecessors: (ended, err) => this.log.info({ group: groupId, ended, err }, 'looked for dead predecessors'),
        }),
      ],
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 30, restartOnFailure: async () => !this.isClosing },
    });
    this.consumer = consumer;
    this.watch(consumer);
    this.joins();
    try {
      const topics = [...this.messageHandlers.keys()];
      await consumerConnects(consumer, { topics, groupId, signal: this.closing.signal, logger: this.log });
      if (this.isClosing) return this.joinEnds();
      this.alive();
      this.isRunning = true;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.settings.partitionsConsumedConcurrently,
        eachBatch: (payload) => this.feed(payload),
      });
    } catch (error) {
      this.joinEnds();
      // Disconnected while it was being connected.
      if (this.isClosing) return;
      throw error;
    }
  }

  /**
   * Stops fetching; waits for the handlers until the deadline, or, where there is an `onGivingUp`, for that instead; commits, and
   * leaves the group. A handler must not call it.
   */
  override async close(): Promise<void> {
    if (this.isClosing) return;
    this.closing.abort();
    const deadline = this.settings.stopDeadlineMs;
    const consumer = this.consumer;
    if (consumer) {
      this.pauseAll(consumer);
      const settled = Promise.all([...this.feeds.values()].map((feed) => feed.settled()));
      if (!this.settings.onGivingUp) await settledWithin(settled, deadline);
      clearTimeout(this.commitTimer);
      await (this.givingUp ??= this.giveUp());
      for (const feed of this.feeds.values()) feed.abort();
      // kafkajs finishes a join although it was disconnected meanwhile. The membership would stay, and its partitions would stand still.
      if (this.joining) await settledWithin(this.joining.ended, JOINING_MS);
      await settledWithin(consumer.disconnect(), 5_000);
    }
    await this.producer.close();
  }

  private pauseAll(consumer: KafkaConsumer): void {
    try {
      for (const topic of Object.keys(this.assignment)) consumer.pause([{ topic }]);
    } catch (error) {
      // Between a crash and the next join the consumer has no group, and fetches nothing.
      this.log.debug({ err: error }, 'there was nothing to pause');
    }
  }

  private get isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  /** Bytes of the values that were read and not handed over yet. */
  get readAheadBytes(): number {
    let bytes = 0;
    for (const feed of this.feeds.values()) bytes += feed.readAheadBytes;
    return bytes;
  }

  /** Milliseconds since the last heartbeat that the group acknowledged was sent; infinite before the first. */
  msSinceHeartbeat(): number {
    return this.heartbeatAge.ms();
  }

  /**
   * Whether the consumer has given a sign of life lately: it fetches, sends heartbeats, or looks for its brokers. Always true before
   * it runs: it waits for Kafka then, and to restart the process would not bring Kafka back.
   */
  isAlive(): boolean {
    return !this.isRunning || performance.now() - this.signOfLifeAt < this.settings.watchdogMs;
  }

  /** Whether it has joined its group. */
  isReady(): boolean {
    return this.isJoined && !this.isClosing;
  }

  private readonly alive = (): void => void (this.signOfLifeAt = performance.now());

  private watch(consumer: KafkaConsumer): void {
    const { GROUP_JOIN, HEARTBEAT, FETCH, CRASH, REQUEST } = consumer.events;
    const { alive } = this;
    consumer.on(FETCH, alive);
    consumer.on(REQUEST, ({ payload: { apiName, duration, createdAt } }) => {
      if (apiName === 'Heartbeat' || apiName === 'SyncGroup') this.heartbeatAge.answered(apiName, duration, createdAt);
    });
    consumer.on(HEARTBEAT, () => {
      alive();
      this.heartbeatAge.acknowledged('Heartbeat');
    });
    consumer.on(GROUP_JOIN, ({ payload }) => {
      alive();
      this.heartbeatAge.acknowledged('SyncGroup');
      this.isJoined = true;
      // kafkajs counts as joined only some promises later, and if it is disconnected before that, it does not leave the group.
      setImmediate(() => this.joinEnds());
      this.givingUp = undefined;
      this.log.info({ group: this.settings.groupId, assignment: payload.memberAssignment }, 'joined the group');
      this.assignmentReady = this.reassign(payload.memberAssignment);
    });
    consumer.on(CRASH, ({ payload: { error, restart } }) => {
      this.isJoined = false;
      if (restart) this.joins();
      else this.joinEnds();
      if (this.isClosing) return;
      if (restart) {
        this.log.info({ err: error, group: this.settings.groupId }, 'the consumer begins anew');
        return;
      }
      this.log.error({ err: error, group: this.settings.groupId }, 'the consumer has crashed and does not come back');
      (this.settings.onFatal ?? exit)(error);
    });
  }

  private joins(): void {
    if (this.joining) return;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.joining = { ended, end };
  }

  private joinEnds(): void {
    this.joining?.end();
    this.joining = undefined;
  }

  /** The assignment by Kafka's names of the topics: the leader of the group uses those. */
  private assignmentOnKafka(): Assignment {
    const { topic } = new KafkaNames(this.settings.client.prefix);
    return Object.fromEntries(Object.entries(this.assignment).map(([name, partitions]) => [topic(name), partitions]));
  }

  private offsetLost({ topic, partition }: LostOffset): void {
    const fields = { group: this.settings.groupId, topic, partition };
    this.log.error(
      fields,
      'Kafka no longer has the offset of the group: the partition is read from its earliest record',
    );
    this.settings.onOffsetLost?.({ topic, partition });
  }

  /** Once before each join, and once before the end. */
  private async giveUp(): Promise<void> {
    const { onGivingUp } = this.settings;
    if (onGivingUp) await settledWithin(onGivingUp(), GIVING_UP_MS);
    await settledWithin(this.commit(), LAST_COMMIT_MS);
  }

  /**
   * After every join, reading begins from the committed offsets, also on partitions that stay. So every feed is made anew, and
   * batches that the old feeds still have under way are never committed.
   */
  private async reassign(next: Assignment): Promise<void> {
    const revoked = difference(this.assignment, next);
    this.assignment = next;
    for (const feed of this.feeds.values()) feed.abort();
    this.feeds.clear();
    try {
      if (Object.keys(revoked).length > 0) await this.settings.onRevoked?.(revoked);
    } catch (error) {
      this.log.error({ err: error, revoked }, 'partitions could not be let go of in order');
    }
    await this.untilAssigned(next);
  }

  /** Stops trying after the next join: another member may own the partitions by then, and to take them would lock it out. */
  private async untilAssigned(assigned: Assignment): Promise<void> {
    const { onAssigned, backoff } = this.settings;
    if (!onAssigned) return;
    const take = async (): Promise<void> => {
      if (this.assignment === assigned) await onAssigned(assigned);
    };
    await retry(take, {
      backoff,
      signal: this.closing.signal,
      onFailure: (error, { waitMs }) =>
        this.log.error({ err: error, retryInMs: waitMs }, 'partitions cannot be taken yet'),
    });
  }

  private async feed(payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
    const heartbeatMs = this.settings.heartbeatIntervalMs;
    const ready = this.assignmentReady;
    while (!(await settledWithin(ready, heartbeatMs))) await heartbeat();
    const feed = this.feedOf(batch.topic, batch.partition);
    if (!isRunning() || isStale() || feed.signal.aborted || this.isClosing) return;
    if (!feed.hasRoom) return this.pauseUntilRoom(feed, payload);
    feed.accept(toRecords(batch), batch.lastOffset());
    const last = batch.messages.at(-1);
    if (last) resolveOffset(last.offset);
    if (!feed.hasRoom) this.pauseUntilRoom(feed, payload);
    // If the group rebalances, this throws. The error must reach kafkajs at once, or it would go on with partitions that it has lost.
    await heartbeat();
    this.pace.carried(batch.messages.length);
    await this.pace.ready(batch.messages.length);
  }

  /**
   * kafkajs fetches from a broker again only when it has finished with every partition of the last fetch. So this does not wait
   * for a full partition, but leaves it out of the fetches until there is room (tulios/kafkajs#1732). Its records of the last
   * fetch are fetched again.
   */
  private pauseUntilRoom(feed: PartitionFeed, { pause }: EachBatchPayload): void {
    if (feed.isPaused) return;
    feed.isPaused = true;
    const resume = pause();
    void feed.untilHalfEmpty().then(() => {
      feed.isPaused = false;
      // Also when the feed was aborted: kafkajs keeps the pause over a rebalance, and the next feed would stay empty.
      if (!this.isClosing) resume();
    });
  }

  private feedOf(topic: string, partition: number): PartitionFeed {
    const key = keyOf(topic, partition);
    let feed = this.feeds.get(key);
    if (!feed) {
      const { maxInFlightRecords, maxInFlightBytes, countOf, lanes, pipelined, backoff } = this.settings;
      feed = new PartitionFeed({
        topic,
        partition,
        handler: this.handlerOf(topic),
        deadLetters: this.deadLetters,
        maxInFlightRecords,
        maxInFlightBytes,
        countOf,
        lanes,
        underWay: this.underWay,
        readAheadLeft: () => this.settings.readAheadBytes - this.readAheadBytes,
        isPipelined: pipelined,
        backoff,
        logger: this.log,
        onProgress: () => this.scheduleCommit(),
      });
      this.feeds.set(key, feed);
    }
    return feed;
  }

  /** Each partition may hand over records of a lane that has room again; the one that could do so first is the last one next time. */
  private handOver(): void {
    const [first] = this.feeds;
    if (first) {
      this.feeds.delete(first[0]);
      this.feeds.set(...first);
    }
    for (const feed of this.feeds.values()) feed.handOver();
  }

  private handlerOf(topic: string): BatchHandler {
    const handler = this.messageHandlers.get(topic);
    if (!handler) throw new Error(`No handler for topic ${topic}.`);
    return async (batch: RecordBatch) => {
      const result: unknown = await handler(batch, { batch } as never);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    };
  }

  private scheduleCommit(): void {
    if (this.isClosing) return;
    this.commitTimer ??= setTimeout(() => {
      this.commitTimer = undefined;
      void this.commit();
    }, this.settings.commitIntervalMs);
  }

  private async commit(): Promise<void> {
    await this.committing;
    const due = [...this.feeds.entries()].flatMap(([key, feed]) => {
      const offset = feed.watermark.committable;
      const [topic = '', partition = ''] = splitKey(key);
      return offset === undefined ? [] : [{ feed, commit: { topic, partition: Number(partition), offset } }];
    });
    if (due.length === 0 || !this.consumer) return;
    this.committing = this.consumer
      .commitOffsets(due.map(({ commit }) => commit))
      .then(() => due.forEach(({ feed, commit }) => feed.watermark.markCommitted(commit.offset)))
      // A rebalance has begun or the coordinator moves: records without a commit are read again.
      .catch((error: unknown) => this.log.debug({ err: error }, 'offsets could not be committed'))
      .finally(() => (this.committing = undefined));
    await this.committing;
  }
}

const splitKey = (key: string): [string, string] => {
  const at = key.lastIndexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
};

/** The partitions of `a` that are not in `b`. */
function difference(a: Assignment, b: Assignment): Assignment {
  const left: Record<string, readonly number[]> = {};
  for (const [topic, partitions] of Object.entries(a)) {
    const only = partitions.filter((partition) => !b[topic]?.includes(partition));
    if (only.length > 0) left[topic] = only;
  }
  return left;
}

const definedOf = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;

const exit = (): never => process.exit(1);
