import type { Registry } from 'prom-client';
import { counter } from './metrics.ts';
import { SERVICE_METRICS } from './service-metrics.ts';

/**
 * `signet_kafka_offsets_lost_total`, the same for every service. It has no labels, so that it exists with 0 before the first
 * event, which an alert would miss otherwise; the log names group, topic and partition.
 *
 * @returns to be called each time
 */
export function countLostOffsets(registry: Registry): () => void {
  const lost = counter(registry, SERVICE_METRICS.offsetsLost);
  return () => lost.inc();
}
