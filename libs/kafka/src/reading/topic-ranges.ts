import { randomUUID } from 'node:crypto';
import { pause, settledWithin } from '@signet/async';
import type { EachBatchPayload } from 'kafkajs';
import { LEADER_MOVES, withAdmin } from '../topics/admin.ts';
import { createKafka, silentLogger } from '../connection/client.ts';
import type { KafkaClientOptions } from '../connection/client.ts';
import type { KafkaConsumer } from '../prefix/prefixed-consumer.ts';
import type { KafkaRecord } from '../record.ts';
import { RetryableError } from '../errors.ts';
import { toRecords } from '../consuming/to-records.ts';

/** Records of one partition from one offset up to, and without, another. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

export interface ReadRangesOptions {
  readonly client: KafkaClientOptions;
  readonly ranges: readonly PartitionRange[];
  /**
   * Called with records of one of the ranges, in order, one call at a time; the following call goes on at `next`. A call without
   * records means that the records before `next` are no longer on Kafka.
   */
  readonly onRecords: (records: readonly KafkaRecord[], range: PartitionRange, next: bigint) => Promise<void>;
  readonly signal: AbortSignal;
  /** If Kafka answers nothing for this long, the reading ends with an error: kafkajs would wait for ever. Milliseconds; 30 s by default. */
  readonly silenceMs?: number;
}

const SILENCE_MS = 30_000;
const HEARTBEAT_MS = 3_000;
/** How often a question about topics is tried again: few times, so that the caller does not wait long for Kafka. */
const RETRIES = 5;
/** If no records arrive for this time, we ask Kafka whether the remaining records still exist. Milliseconds. */
const LOOK_MS = 1_000;
/** How long the end of a reading waits for kafkajs to leave the group, milliseconds. */
const CLOSING_MS = 5_000;

/** The records that were appended to these topics at or after `since` and before `until`. */
export interface TopicSpan {
  readonly topics: readonly string[];
  readonly since: Date;
  readonly until: Date;
}

/**
 * The offsets of the records that were appended to these topics at or after `since` and before `until`, as far as Kafka still has
 * them. Partitions without such records, and topics that do not exist, are left out.
 */
export async function rangesBetween(
  client: KafkaClientOptions,
  topics: readonly string[],
  since: Date,
  until: Date,
): Promise<PartitionRange[]> {
  return (await rangesOfSpans(client, [{ topics, since, until }]))[0] ?? [];
}

/** The same for each of many spans, over one connection; Kafka is asked for each time of a topic once. */
export async function rangesOfSpans(
  client: KafkaClientOptions,
  spans: readonly TopicSpan[],
): Promise<PartitionRange[][]> {
  if (spans.length === 0) return [];
  return withAdmin(
    client,
    async (admin) => {
      const known = new Set(await admin.listTopics());
      const asked = new Map<string, ReturnType<typeof admin.fetchTopicOffsetsByTimestamp>>();
      const offsetsAt = (topic: string, time: Date) => {
        const key = `${topic} ${time.getTime()}`;
        const answer = asked.get(key) ?? admin.fetchTopicOffsetsByTimestamp(topic, time.getTime());
        asked.set(key, answer);
        return answer;
      };
      const found: PartitionRange[][] = [];
      for (const { topics, since, until } of spans) {
        const ranges: PartitionRange[] = [];
        for (const topic of topics.filter((name) => known.has(name))) {
          const [starts, ends] = await Promise.all([offsetsAt(topic, since), offsetsAt(topic, until)]);
          const to = new Map(ends.map(({ partition, offset }) => [partition, BigInt(offset)]));
          for (const { partition, offset } of starts) {
            const range = { topic, partition, from: BigInt(offset), to: to.get(partition) ?? 0n };
            if (range.from < range.to) ranges.push(range);
          }
        }
        found.push(ranges);
      }
      return found;
    },
    RETRIES,
  );
}

/**
 * Reads the ranges once and resolves when all of them have been read. kafkajs cannot read without a group, so each reading has
 * one of its own, which commits nothing and is removed at the end.
 *
 * @throws the signal's reason when it is aborted, any error of `onRecords`, errors that kafkajs cannot mend by itself, and
 *   RetryableError when Kafka has been silent for too long
 */
export async function readRanges(options: ReadRangesOptions): Promise<void> {
  const { client, ranges, signal } = options;
  signal.throwIfAborted();
  if (ranges.length === 0) return;
  const ended = new AbortController();
  const groupId = `${client.clientId}.range.${randomUUID()}`;
  const consumer = createKafka({ ...client, logger: client.logger ?? silentLogger }).consumer({
    groupId,
    sessionTimeout: 30_000,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 2_000,
      retries: 30,
      restartOnFailure: async () => !signal.aborted && !ended.signal.aborted,
    },
  });
  const reading = new Reading(consumer, options);
  try {
    while (await reading.passOver(await boundsOf(client, reading.topicsLeft()))) {
      await pause(LOOK_MS, signal);
      signal.throwIfAborted();
    }
    const topics = reading.topicsLeft();
    if (topics.length === 0) return await reading.whenDone;
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: true, eachBatch: (batch) => reading.read(batch) });
    void passOverGone(client, reading, ended.signal, options.silenceMs ?? SILENCE_MS);
    await reading.whenDone;
  } finally {
    ended.abort();
    reading.close();
    // The wait has a bound, since kafkajs finishes a join although it was disconnected meanwhile.
    await settledWithin(consumer.disconnect(), CLOSING_MS);
    // If the removal fails, Kafka forgets the group after the retention of its offsets.
    await settledWithin(
      withAdmin(client, (admin) => admin.deleteGroups([groupId])),
      CLOSING_MS,
    );
  }
}

/**
 * While the reading waits for records, they may be removed: by their retention, by an operator, or with their topic. kafkajs then
 * waits for the next records, which may never come. So whenever nothing arrives, this asks Kafka whether the remaining records
 * still exist, and passes over those that do not. When Kafka has not answered for `silenceMs`, the reading is given up.
 */
async function passOverGone(
  client: KafkaClientOptions,
  reading: Reading,
  ended: AbortSignal,
  silenceMs: number,
): Promise<void> {
  let answeredAt = performance.now();
  for (let seen = -1; await pause(LOOK_MS, ended);) {
    if (seen !== (seen = reading.batches) || reading.isHandingOver) {
      answeredAt = performance.now();
      continue;
    }
    try {
      const bounds = await boundsOf(client, reading.topicsLeft());
      answeredAt = performance.now();
      await reading.passOver(bounds);
    } catch (error) {
      // The next round asks again.
      if (performance.now() - answeredAt > silenceMs)
        return reading.fail(new RetryableError('kafka_unavailable', 'Kafka has been silent.', { cause: error }));
    }
  }
}

/** Errors of a broker about a partition that was just made, or that moves to another broker. */
const PASSING = new Set([...LEADER_MOVES, 'UNKNOWN_TOPIC_OR_PARTITION']);

/** Where each partition begins and ends. A topic that does not exist has no partitions; one that Kafka cannot describe now is left out. */
const boundsOf = (client: KafkaClientOptions, topics: readonly string[]): Promise<Map<string, readonly Bounds[]>> =>
  withAdmin(
    client,
    async (admin) => {
      const known = new Set(await admin.listTopics());
      const bounds = new Map<string, readonly Bounds[]>();
      for (const topic of topics) {
        try {
          bounds.set(topic, known.has(topic) ? await admin.fetchTopicOffsets(topic) : []);
        } catch (error) {
          if (!PASSING.has((error as { type?: string } | null)?.type ?? '')) throw error;
        }
      }
      return bounds;
    },
    RETRIES,
  );

interface Bounds {
  readonly partition: number;
  readonly low: string;
  readonly high: string;
}

/** One reading of some ranges. */
class Reading {
  /** The range that is left to be read of each partition. */
  private readonly left = new Map<string, PartitionRange>();
  private settle!: { resolve: () => void; reject: (error: unknown) => void };
  readonly whenDone = new Promise<void>((resolve, reject) => (this.settle = { resolve, reject }));
  private inTurn: Promise<void> = Promise.resolve();
  /** Fetches that have been handed over. */
  batches = 0;
  isHandingOver = false;
  /** Ranges of which the last look found no records left on Kafka. */
  private readonly missed = new Set<string>();
  private readonly onAbort = (): void => this.fail(this.options.signal.reason);

  constructor(
    private readonly consumer: KafkaConsumer,
    private readonly options: ReadRangesOptions,
  ) {
    // The reading may fail before `whenDone` is awaited; that must not be an unhandled rejection.
    this.whenDone.catch(() => undefined);
    for (const range of options.ranges) this.left.set(nameOf(range), range);
    options.signal.addEventListener('abort', this.onAbort, { once: true });
    // At every join, before the first fetch: the group has no committed offsets, so we have to set them.
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => this.begin(memberAssignment));
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.fail(error);
    });
  }

  private begin(assignment: Readonly<Record<string, readonly number[]>>): void {
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) {
        const range = this.left.get(nameOf({ topic, partition }));
        if (range) this.consumer.seek({ topic, partition, offset: range.from.toString() });
        else this.consumer.pause([{ topic, partitions: [partition] }]);
      }
    }
  }

  topicsLeft(): string[] {
    return [...new Set([...this.left.values()].map(({ topic }) => topic))];
  }

  async read({ batch, heartbeat, pause }: EachBatchPayload): Promise<void> {
    this.batches += 1;
    const beating = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      await this.next(batch.topic, batch.partition, ({ from, to }) => ({
        records: toRecords(batch).filter(({ offset }) => BigInt(offset) >= from && BigInt(offset) < to),
        next: min(BigInt(batch.lastOffset()) + 1n, to),
      }));
    } finally {
      clearInterval(beating);
    }
    if (!this.left.has(nameOf(batch))) pause();
  }

  /**
   * Ends the ranges of which two looks in a row found no records left: a broker that has just started may not know everything yet.
   *
   * @returns whether a second look is needed
   */
  async passOver(bounds: ReadonlyMap<string, readonly Bounds[]>): Promise<boolean> {
    let isUnsure = false;
    for (const range of [...this.left.values()]) {
      const { topic, partition, from, to } = range;
      const partitions = bounds.get(topic);
      if (partitions === undefined) {
        isUnsure = true;
        continue;
      }
      const there = partitions.find((one) => one.partition === partition);
      const [low, high] = there ? [BigInt(there.low), BigInt(there.high)] : [0n, 0n];
      // A topic that was made anew may end before the range does.
      const end = min(to, high);
      const name = nameOf(range);
      if (low < end && from < end) this.missed.delete(name);
      else if (this.missed.has(name)) await this.next(topic, partition, () => ({ records: [], next: to }));
      else {
        this.missed.add(name);
        isUnsure = true;
      }
    }
    return isUnsure;
  }

  /** Hands over the next records of a range, after the caller has finished with those before. */
  private next(
    topic: string,
    partition: number,
    of: (range: PartitionRange) => { records: readonly KafkaRecord[]; next: bigint },
  ): Promise<void> {
    return (this.inTurn = this.inTurn.then(async () => {
      const name = nameOf({ topic, partition });
      const range = this.left.get(name);
      if (!range) return;
      const { records, next } = of(range);
      this.isHandingOver = true;
      try {
        await this.options.onRecords(records, range, next);
      } catch (error) {
        this.fail(error);
        return;
      } finally {
        this.isHandingOver = false;
      }
      if (this.left.size === 0) return;
      if (next < range.to) this.left.set(name, { ...range, from: next });
      else this.left.delete(name);
      if (this.left.size === 0) this.settle.resolve();
    }));
  }

  /** kafkajs goes on reading until it is disconnected, but no more records are handed over. */
  fail(error: unknown): void {
    this.left.clear();
    this.settle.reject(error);
  }

  close(): void {
    this.options.signal.removeEventListener('abort', this.onAbort);
  }
}

const nameOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${partition}`;
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
