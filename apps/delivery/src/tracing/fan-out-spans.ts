import { CE, DELIVERY_REQUESTS } from '@signet/contracts';
import type { CanonicalMessage } from '@signet/contracts';
import type { KafkaRecord, RecordBatch } from '@signet/kafka';
import { ATTRIBUTE, CONTEXT_HEADER, createSpan, during, NO_SPAN, processSpan, sendSpan } from '@signet/service-kit';
import type { Span, Tracing } from '@signet/service-kit';

/** The spans of one batch of fan-out. */
export class FanOutSpans {
  private readonly batch: Span;
  /** Spans of the messages whose requests have not been sent yet. */
  private routed: Span[] = [];

  constructor(
    private readonly tracing: Tracing,
    batch: RecordBatch,
  ) {
    const contexts = tracing.isOn ? batch.records.map(contextOf) : [];
    this.batch = processSpan(tracing, batch, contexts, batch.records.length);
  }

  /** A message goes to this many webhooks. */
  routedTo(webhooks: number, message: CanonicalMessage, record: KafkaRecord): Span {
    if (!this.tracing.isOn) return NO_SPAN;
    const span = createSpan(this.tracing, DELIVERY_REQUESTS, contextOf(record), this.batch, {
      [ATTRIBUTE.tenantId]: message.tenantId,
      [ATTRIBUTE.messageId]: message.id,
      [ATTRIBUTE.messageSource]: message.source,
      [ATTRIBUTE.eventType]: message.type,
      [ATTRIBUTE.deliveries]: webhooks,
    });
    span.end();
    this.routed.push(span);
    return span;
  }

  sending(work: () => Promise<void>): Promise<void> {
    if (!this.tracing.isOn) return work();
    const routed = this.routed;
    this.routed = [];
    return routed.length === 0 ? work() : during(sendSpan(this.tracing, DELIVERY_REQUESTS, this.batch, routed), work);
  }

  during<T>(work: () => Promise<T>): Promise<T> {
    return this.tracing.isOn ? during(this.batch, work) : work();
  }
}

/** The context of ingestion's span if that was traced; otherwise the producer's. */
const contextOf = ({ headers }: KafkaRecord): string | undefined =>
  (headers[CONTEXT_HEADER] ?? headers[CE.traceparent])?.toString('latin1');
