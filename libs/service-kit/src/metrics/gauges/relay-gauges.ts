import type { Registry } from 'prom-client';
import { gauge } from '../metrics.ts';
import type { Samples } from '../samples.ts';
import { RELAY_METRICS } from '../service-metrics.ts';

/** The part of a relay that is shown. */
export interface WatchedRelay {
  readonly role: string;
  lag(): Promise<{ readonly seconds: number; readonly rows: number | undefined }>;
}

/** Shows how far a relay is behind, and whether this replica publishes. @param name value of the label `relay` */
export function showRelay(registry: Registry, samples: Samples, name: string, relay: WatchedRelay): void {
  const seconds = gauge(registry, RELAY_METRICS.lagSeconds);
  const rows = gauge(registry, RELAY_METRICS.lagRows);
  gauge(registry, RELAY_METRICS.holdsLock, (holds) => holds.set({ relay: name }, relay.role === 'publishing' ? 1 : 0));
  samples.add({
    name: 'relay-lag',
    read: () => relay.lag(),
    show: (lag) => {
      seconds.set({ relay: name }, lag.seconds);
      if (lag.rows === undefined) rows.reset();
      else rows.set({ relay: name }, lag.rows);
    },
    hide: () => {
      seconds.reset();
      rows.reset();
    },
  });
}
