import { Semaphore } from '@signet/async';
import { canonicalTopic, CE, deliveryIdOf, domainOf, readCanonical } from '@signet/contracts';
import type { CanonicalMessage, TimeLimits } from '@signet/contracts';
import { rangesOfSpans, readRanges } from '@signet/kafka';
import type { KafkaClientOptions, KafkaRecord, PartitionRange } from '@signet/kafka';
import type { Database } from '../database/database.port.ts';
import { existingDeliveries } from '../delivery/storage/delivery.log.ts';
import { dayOf } from '../delivery/storage/delivery.projection.ts';
import { isAboutWebhook } from '../fan-out/fan-out.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import { readSpanOf } from './read-span.policy.ts';
import type { ReadSpan } from './read-span.policy.ts';
import type { ReplayRange, TopicRange } from './replay.ts';

/** One webhook's part of a reading. */
export interface MissedReader {
  readonly webhook: RoutedWebhook;
  /**
   * The times of the records that it wants. A range of offsets may hold other records, too, when several ingestions with
   * different clocks write to the topic.
   */
  readonly span: ReadSpan;
  readonly ranges: readonly TopicRange[];
  /**
   * Called with the missed messages, batch by batch in the order of each partition, and with the ranges that are left to be
   * read behind them.
   */
  readonly onBatch: (messages: readonly CanonicalMessage[], left: readonly TopicRange[]) => Promise<void>;
}

/** How many readers work on one batch at the same time: each asks PostgreSQL and Kafka. */
const READERS_AT_ONCE = 8;

/**
 * Reads from the canonical topics the messages that a webhook is subscribed to but has no delivery of: it was disabled, or
 * did not exist, when they were accepted.
 */
export class MissedMessages {
  constructor(
    private readonly client: KafkaClientOptions,
    private readonly database: Database,
    /** The same limits as in fan-out: a record that fan-out sets aside is not a message here either. */
    private readonly limits: () => TimeLimits,
    /** Called each time that a reading of Kafka begins. */
    private readonly onScan: () => void = () => undefined,
  ) {}

  /** The ranges of offsets at which Kafka keeps the messages of this time, see `readSpanOf`. */
  async ranges(webhook: RoutedWebhook, replay: ReplayRange): Promise<TopicRange[]> {
    return (await this.rangesOf([{ webhook, replay }]))[0] ?? [];
  }

  /** The same for several replays. */
  async rangesOf(
    wanted: readonly { readonly webhook: RoutedWebhook; readonly replay: ReplayRange }[],
  ): Promise<TopicRange[][]> {
    const spans = wanted.map(({ webhook, replay }) => ({
      topics: [...new Set(webhook.events.map((type) => canonicalTopic(domainOf(type))))],
      ...readSpanOf(webhook, replay),
    }));
    const found = await rangesOfSpans(this.client, spans);
    return found.map((ranges) =>
      ranges.map(({ topic, partition, from, to }) => ({ topic, partition, from: `${from}`, to: `${to}` })),
    );
  }

  /**
   * Reads Kafka once for all readers. Resolves when each reader is at its end, or has left.
   *
   * @param onEnd a reader has all of its messages, or has left because its `onBatch` failed
   * @throws the signal's reason, or an error of Kafka: then readers for which `onEnd` was not called are not at their ends
   */
  async read(
    readers: readonly MissedReader[],
    signal: AbortSignal,
    onEnd: (reader: MissedReader, error?: unknown) => Promise<void>,
  ): Promise<void> {
    const members = new Set<Member>();
    const leave = async (member: Member, error?: unknown): Promise<void> => {
      members.delete(member);
      await onEnd(member.reader, error);
    };
    const atOnce = new Semaphore(READERS_AT_ONCE);
    for (const reader of readers) {
      const member = new Member(reader);
      members.add(member);
      if (member.isDone) await leave(member);
    }
    if (members.size === 0) return;
    this.onScan();
    const whenAllLeft = new AbortController();
    const scan = readRanges({
      client: this.client,
      ranges: unionOf([...members].flatMap(({ left }) => left)),
      signal: AbortSignal.any([signal, whenAllLeft.signal]),
      onRecords: async (records, range, next) => {
        const described = records.map(describe);
        const take = async (member: Member): Promise<void> => {
          const taken = member.advance(described, range, next);
          if (taken === undefined) return;
          try {
            signal.throwIfAborted();
            await member.reader.onBatch(await this.missed(member.reader.webhook, taken), member.left);
          } catch (error) {
            signal.throwIfAborted();
            return leave(member, error);
          }
          if (member.isDone) await leave(member);
        };
        await Promise.all([...members].map((member) => atOnce.run(() => take(member))));
        if (members.size === 0) whenAllLeft.abort();
      },
    });
    await scan.catch((error: unknown) => {
      if (signal.aborted || !whenAllLeft.signal.aborted) throw error;
    });
  }

  private async missed(webhook: RoutedWebhook, records: readonly KafkaRecord[]): Promise<CanonicalMessage[]> {
    const limits = this.limits();
    const messages = records.flatMap((record) => {
      const read = readCanonical(record.headers, record.value, limits);
      return 'message' in read && !isAboutWebhook(read.message, webhook) ? [read.message] : [];
    });
    if (messages.length === 0) return [];
    const days = [...new Set(messages.map(({ time }) => dayOf(time)))];
    const idOf = (message: CanonicalMessage): string => deliveryIdOf(webhook.id, message);
    const existing = await existingDeliveries(this.database, messages.map(idOf), days);
    return messages.filter((message) => !existing.has(idOf(message)));
  }
}

/**
 * A record with the two headers that say for which webhooks it may be: most records of a topic are for other webhooks than
 * the readers'.
 */
interface Described {
  readonly record: KafkaRecord;
  readonly tenantId: string | undefined;
  readonly type: string;
}
const describe = (record: KafkaRecord): Described => ({
  record,
  tenantId: record.headers[CE.tenantId]?.toString('utf8'),
  type: record.headers[CE.type]?.toString('utf8') ?? '',
});

/** How far a reader has come. */
class Member {
  private readonly rest: Map<string, TopicRange>;

  constructor(readonly reader: MissedReader) {
    this.rest = new Map(reader.ranges.map((range) => [nameOf(range), range]));
  }

  get left(): readonly TopicRange[] {
    return [...this.rest.values()];
  }

  get isDone(): boolean {
    return this.rest.size === 0;
  }

  /** @returns the reader's records among these; undefined if its ranges have no part of this batch */
  advance(described: readonly Described[], at: PartitionRange, next: bigint): KafkaRecord[] | undefined {
    const range = this.rest.get(nameOf(at));
    if (range === undefined || next <= BigInt(range.from)) return undefined;
    const [from, to] = [BigInt(range.from), BigInt(range.to)];
    if (next < to) this.rest.set(nameOf(at), { ...range, from: `${next}` });
    else this.rest.delete(nameOf(at));
    const { webhook, span } = this.reader;
    const { tenantId, events } = webhook;
    const [since, until] = [span.since.getTime(), span.until.getTime()];
    return described.flatMap(({ record, ...of }) => {
      const offset = BigInt(record.offset);
      const isOurs = of.tenantId === tenantId && events.includes(of.type);
      const isInRange = offset >= from && offset < to && record.timestamp >= since && record.timestamp < until;
      return isOurs && isInRange ? [record] : [];
    });
  }
}

/** For each partition one range that covers all wanted ranges. */
function unionOf(ranges: readonly TopicRange[]): PartitionRange[] {
  const union = new Map<string, PartitionRange>();
  for (const { topic, partition, ...range } of ranges) {
    const [from, to] = [BigInt(range.from), BigInt(range.to)];
    const known = union.get(nameOf({ topic, partition })) ?? { from, to };
    union.set(nameOf({ topic, partition }), {
      topic,
      partition,
      from: from < known.from ? from : known.from,
      to: to > known.to ? to : known.to,
    });
  }
  return [...union.values()];
}

const nameOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${partition}`;
