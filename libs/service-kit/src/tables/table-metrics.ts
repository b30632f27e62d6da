import type { Counter, Gauge, Registry } from 'prom-client';
import { counter, gauge } from '../metrics/metrics.ts';
import { TABLE_METRICS } from '../metrics/service-metrics.ts';

/**
 * Metrics of a table that a service reads; each of its tables adds a series to them.
 *
 * @param table such as `webhooks`
 * @param ageMs read at each scrape; undefined: no heartbeat so far, and no series
 * @returns to be called for each record that cannot be read
 */
export function watchTable(registry: Registry, table: string, ageMs: () => number | undefined): () => void {
  const known = registry.getSingleMetric(TABLE_METRICS.unreadable.name) as Counter<'table'> | undefined;
  const unreadable = known ?? counter(registry, TABLE_METRICS.unreadable);
  unreadable.inc({ table }, 0);
  agesOf(registry).set(table, ageMs);
  return () => unreadable.inc({ table });
}

const AGES = new WeakMap<Registry, Map<string, () => number | undefined>>();

/** Of each table; the gauge reads them when somebody scrapes. */
function agesOf(registry: Registry): Map<string, () => number | undefined> {
  const known = AGES.get(registry);
  if (known) return known;
  const ages = new Map<string, () => number | undefined>();
  AGES.set(registry, ages);
  gauge(registry, TABLE_METRICS.heartbeatAge, (age: Gauge<'table'>) => {
    age.reset();
    for (const [table, read] of ages) {
      const ms = read();
      if (ms !== undefined) age.set({ table }, ms / 1_000);
    }
  });
  return ages;
}
