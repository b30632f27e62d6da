import { CONSUMER_GROUPS } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { GroupLags } from '@signet/kafka';
import type { Registry } from 'prom-client';
import { gauge } from './metrics.ts';
import type { Samples } from './samples.ts';
import { SERVICE_METRICS } from './service-metrics.ts';

/**
 * Shows the lag of every consumer group of Signet. A service without brokers has none to ask.
 *
 * @returns holds a connection to Kafka, to be closed in the end
 */
export function sampleGroupLags(registry: Registry, samples: Samples, client: KafkaClientOptions): GroupLags {
  const lags = new GroupLags(client, Object.values(CONSUMER_GROUPS));
  if (client.brokers.length === 0) return lags;
  const shown = gauge(registry, SERVICE_METRICS.groupLag);
  samples.add({
    name: 'group-lag',
    read: () => lags.read(),
    show: (read) => {
      shown.reset();
      for (const { group, topic, records } of read) shown.set({ group, topic }, records);
    },
    hide: () => shown.reset(),
  });
  return lags;
}
