import type { Registry } from 'prom-client';
import { gauge } from '../metrics.ts';
import { SERVICE_METRICS } from '../service-metrics.ts';

/** The part of pg's `Pool` that says how full it is. */
export interface PoolCounts {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** Shows connections in use, idle connections and requests that wait for one. */
export function showPool(registry: Registry, pool: PoolCounts): void {
  gauge(registry, SERVICE_METRICS.databasePool, (connections) => {
    connections.set({ state: 'used' }, pool.totalCount - pool.idleCount);
    connections.set({ state: 'idle' }, pool.idleCount);
    connections.set({ state: 'waiting' }, pool.waitingCount);
  });
}
