import { CONSUMER_GROUPS } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { GroupLags } from '@signet/kafka';
import type { Registry } from 'prom-client';
import { gauge } from '../metrics.ts';
import type { Samples } from '../samples.ts';
import { SERVICE_METRICS } from '../service-metrics.ts';

/**
 * Shows the lag of every consumer group of Signet, with a sample for each group: so if Kafka does not allow us to read one group,
 * that is noticed, and the others are still shown. A service without brokers shows nothing.
 *
 * @returns the reader, which has a connection to Kafka and must be closed in the end
 */
export function sampleGroupLags(registry: Registry, samples: Samples, client: KafkaClientOptions): GroupLags {
  const lags = new GroupLags(client);
  if (client.brokers.length === 0) return lags;
  const lag = gauge(registry, SERVICE_METRICS.groupLag);
  const stalled = gauge(registry, SERVICE_METRICS.groupStalled);
  for (const group of Object.values(CONSUMER_GROUPS)) {
    let shown: readonly { group: string; topic: string }[] = [];
    const hide = (): void => {
      for (const labels of shown) {
        lag.remove(labels);
        stalled.remove(labels);
      }
      shown = [];
    };
    samples.add({
      name: `lag of ${group}`,
      read: () => lags.read(group),
      show: (read) => {
        hide();
        for (const { topic, records, stalledMs } of read) {
          lag.set({ group, topic }, records);
          stalled.set({ group, topic }, stalledMs / 1_000);
        }
        shown = read.map(({ topic }) => ({ group, topic }));
      },
      hide,
    });
  }
  return lags;
}
