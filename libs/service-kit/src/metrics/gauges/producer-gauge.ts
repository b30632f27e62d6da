import type { Registry } from 'prom-client';
import { gauge } from '../metrics.ts';
import { SERVICE_METRICS } from '../service-metrics.ts';

/** Shows how many records wait in each producer of this process, by its name. Called once for each registry. */
export function showProducerQueues(
  registry: Registry,
  producers: Readonly<Record<string, { readonly queued: number }>>,
): void {
  gauge(registry, SERVICE_METRICS.producerQueue, (queue) => {
    for (const [producer, { queued }] of Object.entries(producers)) queue.set({ producer }, queued);
  });
}
