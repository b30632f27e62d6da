import type { EntityManager } from '@mikro-orm/postgresql';
import { canonicalTopic, CE, deliveryIdOf, domainOf, readCanonical } from '@signet/contracts';
import type { CanonicalMessage, TimeLimits } from '@signet/contracts';
import { rangesBetween, readRanges } from '@signet/kafka';
import type { KafkaClientOptions, KafkaRecord, PartitionRange } from '@signet/kafka';
import { existingDeliveries } from '../delivery/delivery.log.ts';
import { dayOf } from '../delivery/delivery.projection.ts';
import { isAboutWebhook } from '../fan-out/fan-out.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { ReplayRange, TopicRange } from './replay.ts';

/**
 * Messages that a webhook is subscribed to and has no delivery of, read again from the canonical topics: it was disabled or
 * did not exist when they were accepted.
 */
export class MissedMessages {
  constructor(
    private readonly client: KafkaClientOptions,
    private readonly em: EntityManager,
    /** What fan-out sets aside is no message here either. */
    private readonly limits: () => TimeLimits,
  ) {}

  /** Where Kafka keeps what was accepted in this time. */
  async ranges(webhook: RoutedWebhook, { since, until }: ReplayRange): Promise<TopicRange[]> {
    const topics = [...new Set(webhook.events.map((type) => canonicalTopic(domainOf(type))))];
    const ranges = await rangesBetween(this.client, topics, since, until);
    return ranges.map(({ topic, partition, from, to }) => ({ topic, partition, from: `${from}`, to: `${to}` }));
  }

  /**
   * Reads these ranges and hands over what was missed, batch by batch in the order of each partition, with what is left to be
   * read behind it. Resolves at their ends.
   */
  async read(
    webhook: RoutedWebhook,
    ranges: readonly TopicRange[],
    onBatch: (messages: readonly CanonicalMessage[], left: readonly TopicRange[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const left = new Map(ranges.map((range) => [nameOf(range), range]));
    await readRanges({
      client: this.client,
      ranges: ranges.map(toPartitionRange),
      signal,
      onRecords: async (records, { topic, partition }, next) => {
        const messages = await this.missed(webhook, records);
        const range = left.get(nameOf({ topic, partition }));
        if (range && next < BigInt(range.to)) left.set(nameOf(range), { ...range, from: `${next}` });
        else left.delete(nameOf({ topic, partition }));
        await onBatch(messages, [...left.values()]);
      },
    });
  }

  private async missed(webhook: RoutedWebhook, records: readonly KafkaRecord[]): Promise<CanonicalMessage[]> {
    const limits = this.limits();
    const messages = records.flatMap((record) => {
      if (!isFor(webhook, record)) return [];
      const read = readCanonical(record.headers, record.value, limits);
      return 'message' in read && !isAboutWebhook(read.message, webhook) ? [read.message] : [];
    });
    const days = [...new Set(messages.map(({ time }) => dayOf(time)))];
    const idOf = (message: CanonicalMessage): string => deliveryIdOf(webhook.id, message);
    const existing = await existingDeliveries(this.em.fork(), messages.map(idOf), days);
    return messages.filter((message) => !existing.has(idOf(message)));
  }
}

/** By the two headers alone: most of what lies on a topic is somebody else's. */
const isFor = ({ tenantId, events }: RoutedWebhook, { headers }: KafkaRecord): boolean =>
  headers[CE.tenantId]?.toString('utf8') === tenantId && events.includes(headers[CE.type]?.toString('utf8') ?? '');

const nameOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${partition}`;

const toPartitionRange = ({ topic, partition, from, to }: TopicRange): PartitionRange => ({
  topic,
  partition,
  from: BigInt(from),
  to: BigInt(to),
});
