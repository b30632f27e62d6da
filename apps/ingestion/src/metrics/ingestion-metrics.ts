import { Inject, Injectable } from '@nestjs/common';
import { counter, gauge, histogram } from '@signet/service-kit';
import type { Counter, Histogram } from 'prom-client';
import { Registry } from 'prom-client';
import type { Entrance } from './definitions.ts';
import { INGESTION_METRICS } from './definitions.ts';

/**
 * Metrics of ingestion. An event type becomes a label only once it is known: before that, its name is any text of the
 * sender.
 */
@Injectable()
export class IngestionMetrics {
  private readonly accepted: Counter<'source' | 'event_type'>;
  private readonly refused: Counter<'source' | 'reason'>;
  private readonly publishSeconds: Histogram<'source'>;

  constructor(@Inject(Registry) private readonly registry: Registry) {
    this.accepted = counter(registry, INGESTION_METRICS.accepted);
    this.refused = counter(registry, INGESTION_METRICS.refused);
    this.publishSeconds = histogram(registry, INGESTION_METRICS.publishSeconds);
  }

  acceptedOf(source: Entrance, eventTypes: readonly string[], seconds: number): void {
    for (const event_type of eventTypes) this.accepted.inc({ source, event_type });
    if (eventTypes.length > 0) this.publishSeconds.observe({ source }, seconds);
  }

  /** @param unread number of source topics that are not read; called at each scrape */
  watchSources(unread: () => number): void {
    gauge(this.registry, INGESTION_METRICS.unreadSourceTopics, (one) => one.set(unread()));
  }

  refusedFor(source: Entrance, reason: string): void {
    this.refused.inc({ source, reason });
  }
}
