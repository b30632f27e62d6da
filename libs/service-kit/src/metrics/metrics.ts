import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CounterDefinition, GaugeDefinition, HistogramDefinition, LabelValues } from './definition.ts';

/** Gauges of prom-client that are named like counters, which `promtool check metrics` refuses; other gauges have the same values. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * How often the delay of the event loop is looked at, milliseconds. An idle process shows this as its delay. Each look wakes the process:
 * every 10 ms, as prom-client does by default, costs an idle service more than all its other work.
 */
const EVENT_LOOP_LOOK_MS = 50;

/** A registry with the metrics of the process and of Node.js. Inject it by its class, `Registry` of prom-client. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_LOOK_MS });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}

/** Makes a counter from its definition; the series of `startsAt0` exist with 0. */
export function counter<L extends string>(registry: Registry, definition: CounterDefinition<L>): Counter<L> {
  const { name, help, labels, startsAt0 } = definition;
  const made = new Counter<L>({ name, help, labelNames: [...labels], registers: [registry] });
  for (const values of startsAt0) made.inc(values, 0);
  return made;
}

/**
 * A counter that shows a number which other code counts, and which only grows.
 *
 * @param read called at each scrape; gives the present number of each series
 */
export function mirroredCounter<L extends string>(
  registry: Registry,
  { name, help, labels }: CounterDefinition<L>,
  read: () => readonly { readonly labels: LabelValues<L>; readonly count: number }[],
): Counter<L> {
  return new Counter<L>({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect(this: Counter<L>) {
      this.reset();
      for (const series of read()) this.inc(series.labels, series.count);
    },
  });
}

/** @param collect called at each scrape; it sets the gauge at once. If a server must be asked for the value, use a sample (samples.ts). */
export function gauge<L extends string>(
  registry: Registry,
  { name, help, labels }: GaugeDefinition<L>,
  collect?: (gauge: Gauge<L>) => void,
): Gauge<L> {
  return new Gauge<L>({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    ...(collect && {
      collect(this: Gauge<L>) {
        collect(this);
      },
    }),
  });
}

/** Makes a histogram from its definition; the series of `startsAt0` exist and are empty. */
export function histogram<L extends string>(registry: Registry, definition: HistogramDefinition<L>): Histogram<L> {
  const { name, help, labels, buckets, startsAt0 } = definition;
  const made = new Histogram<L>({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [registry] });
  for (const values of startsAt0) made.zero(values);
  return made;
}
