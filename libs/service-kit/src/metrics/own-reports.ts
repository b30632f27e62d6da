import type { Registry } from 'prom-client';
import { droppedLogLines } from '../logging/logger.ts';
import { SPAN_OUTCOMES } from '../tracing/tracing.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { mirroredCounter } from './metrics.ts';
import { SERVICE_METRICS } from './service-metrics.ts';

/** Shows how many of the service's own log lines and spans were lost. */
export function showOwnReports(registry: Registry, tracing: Tracing): void {
  mirroredCounter(registry, SERVICE_METRICS.logLinesDropped, () => [{ labels: {}, count: droppedLogLines() }]);
  mirroredCounter(registry, SERVICE_METRICS.spans, () =>
    SPAN_OUTCOMES.map((outcome) => ({ labels: { outcome }, count: tracing.counts[outcome] })),
  );
}
