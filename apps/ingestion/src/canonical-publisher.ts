import { Inject, Injectable } from '@nestjs/common';
import { canonicalHeaders, canonicalKey, canonicalTopic, domainOf } from '@signet/contracts';
import type { CanonicalMessage } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import type { OutgoingRecord } from '@signet/kafka';
import { ATTRIBUTE, CONTEXT_HEADER, createSpan, during, NO_TRACING, sendSpan, TRACING } from '@signet/service-kit';
import type { Span, SpanReference, Tracing } from '@signet/service-kit';
import type { Entrance } from './metrics/definitions.ts';
import { IngestionMetrics } from './metrics/ingestion-metrics.ts';

/** The origin of messages, for their traces. */
export interface Arrival {
  /** The span of the batch or request that brought them. */
  readonly span: Span;
  /** The span that this message's trace continues; undefined: the message begins a trace. */
  readonly parentOf: (message: CanonicalMessage) => SpanReference;
}

interface Sent {
  readonly records: OutgoingRecord[];
  readonly spans: Span[];
}

/** Publishes accepted messages to the canonical topic of their domain. */
@Injectable()
export class CanonicalPublisher {
  constructor(
    @Inject(RecordProducer) private readonly producer: Pick<RecordProducer, 'publishAll'>,
    @Inject(IngestionMetrics) private readonly metrics: IngestionMetrics,
    @Inject(TRACING) private readonly tracing: Tracing = NO_TRACING,
  ) {}

  /** Resolves when Kafka has all of them. @throws RetryableError when Kafka has not acknowledged them in time */
  async publish(messages: readonly CanonicalMessage[], from: Entrance, arrival: Arrival): Promise<void> {
    const started = performance.now();
    const byTopic = new Map<string, Sent>();
    for (const message of messages) {
      const topic = canonicalTopic(domainOf(message.type));
      let sent = byTopic.get(topic);
      if (!sent) byTopic.set(topic, (sent = { records: [], spans: [] }));
      const headers = canonicalHeaders(message);
      if (this.tracing.isOn) {
        const span = this.created(message, topic, arrival);
        sent.spans.push(span);
        if (span.traceparent !== undefined) headers[CONTEXT_HEADER] = span.traceparent;
      }
      sent.records.push({ key: canonicalKey(message), value: message.data, headers });
    }
    // Messages that come together are nearly always of one tenant.
    const lane = messages[0]?.tenantId ?? '';
    await Promise.all([...byTopic].map(([topic, sent]) => this.send(topic, lane, sent, arrival)));
    this.metrics.acceptedOf(
      from,
      messages.map(({ type }) => type),
      (performance.now() - started) / 1_000,
    );
  }

  private send(topic: string, lane: string, { records, spans }: Sent, { span }: Arrival): Promise<void> {
    const publish = (): Promise<void> => this.producer.publishAll(topic, records, lane);
    return this.tracing.isOn ? during(sendSpan(this.tracing, topic, span, spans), publish) : publish();
  }

  private created(message: CanonicalMessage, topic: string, { span, parentOf }: Arrival): Span {
    const created = createSpan(this.tracing, topic, parentOf(message), span, {
      [ATTRIBUTE.tenantId]: message.tenantId,
      [ATTRIBUTE.messageId]: message.id,
      [ATTRIBUTE.messageSource]: message.source,
      [ATTRIBUTE.eventType]: message.type,
    });
    created.end();
    return created;
  }
}
