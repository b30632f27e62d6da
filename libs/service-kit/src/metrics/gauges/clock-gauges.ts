import type { Registry } from 'prom-client';
import type { SteadyClock } from '../../clock/steady-clock.ts';
import { gauge } from '../metrics.ts';
import { CLOCK_METRICS } from '../service-metrics.ts';

/** Shows how far this machine's wall clock and PostgreSQL's clock are from the service's own clock. */
export function showClock(registry: Registry, clock: Pick<SteadyClock, 'wallAheadMs' | 'serverAheadMs'>): void {
  gauge(registry, CLOCK_METRICS.offset, (seconds) => seconds.set(clock.wallAheadMs / 1_000));
  gauge(registry, CLOCK_METRICS.databaseOffset, (seconds) => seconds.set(clock.serverAheadMs / 1_000));
}
