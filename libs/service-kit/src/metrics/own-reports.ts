import { kafkaRequests, REQUEST_KINDS } from '@signet/kafka';
import type { Registry } from 'prom-client';
import { droppedLogLines } from '../logging/logger.ts';
import { SPAN_OUTCOMES } from '../tracing/tracing.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { mirroredCounter } from './metrics.ts';
import { SERVICE_METRICS } from './service-metrics.ts';

/** Shows what the service's own parts count by themselves: lost log lines and spans, and requests to Kafka. */
export function showOwnReports(registry: Registry, tracing: Tracing): void {
  mirroredCounter(registry, SERVICE_METRICS.logLinesDropped, () => [{ labels: {}, count: droppedLogLines() }]);
  mirroredCounter(registry, SERVICE_METRICS.kafkaRequests, () => {
    const counts = kafkaRequests();
    return REQUEST_KINDS.map((kind) => ({ labels: { kind }, count: counts[kind] }));
  });
  mirroredCounter(registry, SERVICE_METRICS.spans, () =>
    SPAN_OUTCOMES.map((outcome) => ({ labels: { outcome }, count: tracing.counts[outcome] })),
  );
}
