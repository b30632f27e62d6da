import type { Counter, Gauge, Registry } from 'prom-client';
import { counter, gauge } from '../metrics/metrics.ts';
import { TABLE_METRICS } from '../metrics/service-metrics.ts';

/**
 * Adds the metrics of a table that a service reads; each table is one more series.
 *
 * @param table such as `webhooks`
 * @param ageMs read at each scrape; undefined: no heartbeat so far, and no series
 * @returns a function to be called for each record that cannot be read
 */
export function watchTable(registry: Registry, table: string, ageMs: () => number | undefined): () => void {
  const known = registry.getSingleMetric(TABLE_METRICS.unreadable.name) as Counter<'table'> | undefined;
  const unreadable = known ?? counter(registry, TABLE_METRICS.unreadable);
  unreadable.inc({ table }, 0);
  agesOf(registry).set(table, ageMs);
  return () => unreadable.inc({ table });
}

const AGES = new WeakMap<Registry, Map<string, () => number | undefined>>();

/** The functions that give the age of each table's heartbeat; the gauge calls them at each scrape. */
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
