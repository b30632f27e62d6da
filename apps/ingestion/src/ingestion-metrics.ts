import { counter, gauge, histogram } from '@signet/service-kit';
import type { Counter, Histogram, Registry } from 'prom-client';

export type Entrance = 'kafka' | 'http';

/** Metrics of ingestion. An event type is a label only once it is known: its name is the sender's choice before that. */
export class IngestionMetrics {
  private readonly accepted: Counter<'source' | 'event_type'>;
  private readonly refused: Counter<'source' | 'reason'>;
  private readonly publishSeconds: Histogram<'source'>;

  constructor(private readonly registry: Registry) {
    this.accepted = counter(registry, 'signet_ingestion_accepted_total', 'Events that lie on a canonical topic.', [
      'source',
      'event_type',
    ]);
    this.refused = counter(registry, 'signet_ingestion_refused_total', 'Events that broke a rule, by reason.', [
      'source',
      'reason',
    ]);
    this.publishSeconds = histogram(
      registry,
      'signet_ingestion_publish_duration_seconds',
      'Until Kafka acknowledged what came in together.',
      ['source'],
    );
  }

  acceptedOf(source: Entrance, eventTypes: readonly string[], seconds: number): void {
    for (const event_type of eventTypes) this.accepted.inc({ source, event_type });
    if (eventTypes.length > 0) this.publishSeconds.observe({ source }, seconds);
  }

  /** @param unread how many source topics are not read, asked at each scrape */
  watchSources(unread: () => number): void {
    const help = 'Source topics of the settings that are not read, because Kafka does not have them.';
    gauge(this.registry, 'signet_ingestion_source_topics_unread', help, [], (one) => one.set(unread()));
  }

  refusedFor(source: Entrance, reason: string): void {
    this.refused.inc({ source, reason });
  }
}
