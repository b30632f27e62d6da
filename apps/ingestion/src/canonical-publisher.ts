import { canonicalHeaders, canonicalKey, canonicalTopic, domainOf } from '@signet/contracts';
import type { CanonicalMessage } from '@signet/contracts';
import type { OutgoingRecord, RecordProducer } from '@signet/kafka';
import type { Entrance } from './metrics/definitions.ts';
import type { IngestionMetrics } from './metrics/ingestion-metrics.ts';

/** Puts accepted messages on the canonical topic of their domain. */
export class CanonicalPublisher {
  constructor(
    private readonly producer: Pick<RecordProducer, 'publishAll'>,
    private readonly metrics: IngestionMetrics,
  ) {}

  /** Resolves when Kafka has all of them. @throws RetryableError when it has not in time */
  async publish(messages: readonly CanonicalMessage[], from: Entrance): Promise<void> {
    const started = performance.now();
    const byTopic = new Map<string, OutgoingRecord[]>();
    for (const message of messages) {
      const topic = canonicalTopic(domainOf(message.type));
      const record = { key: canonicalKey(message), value: message.data, headers: canonicalHeaders(message) };
      const known = byTopic.get(topic);
      if (known) known.push(record);
      else byTopic.set(topic, [record]);
    }
    await Promise.all([...byTopic].map(([topic, records]) => this.producer.publishAll(topic, records)));
    this.metrics.acceptedOf(
      from,
      messages.map(({ type }) => type),
      (performance.now() - started) / 1_000,
    );
  }
}
