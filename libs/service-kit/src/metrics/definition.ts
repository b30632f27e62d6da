/**
 * A metric as it is declared: the place that code, the page of all metrics (docs/guides/metrics.md) and its test share.
 * Names follow Prometheus: base units, counters end in `_total`.
 */
export interface MetricDefinition<L extends string = never> {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  /** A description of the measured value, one sentence or more: the HELP text. */
  readonly help: string;
  /** The unit of the number, such as `seconds`, `records` or `webhooks`. */
  readonly unit: string;
  /** How an operator uses it. */
  readonly use: string;
  readonly labels: readonly L[];
}

/** The values of each label of one series. */
export type LabelValues<L extends string> = Readonly<Record<L, string>>;

export interface CounterDefinition<L extends string = never> extends MetricDefinition<L> {
  readonly type: 'counter';
  /** Series that exist with 0 from the start: if a series began with its first event, `increase()` would not see that event. */
  readonly startsAt0: readonly LabelValues<L>[];
}

export interface GaugeDefinition<L extends string = never> extends MetricDefinition<L> {
  readonly type: 'gauge';
}

export interface HistogramDefinition<L extends string = never> extends MetricDefinition<L> {
  readonly type: 'histogram';
  /** Upper bounds in the unit. */
  readonly buckets: readonly number[];
  /** Series that exist, empty, from the start. */
  readonly startsAt0: readonly LabelValues<L>[];
}

/** Seconds; from a hit in memory to the time-out of a request. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

type Described<L extends string> = Pick<MetricDefinition<L>, 'name' | 'help' | 'unit' | 'use'> & {
  readonly labels?: readonly L[];
};
type WithStart<L extends string> = Described<L> & { readonly startsAt0?: readonly LabelValues<L>[] };

/** A sum that only grows. */
export const defineCounter = <const L extends string = never>(described: WithStart<L>): CounterDefinition<L> => ({
  type: 'counter',
  labels: [],
  startsAt0: [],
  ...described,
});

/** A number that goes up and down. */
export const defineGauge = <const L extends string = never>(described: Described<L>): GaugeDefinition<L> => ({
  type: 'gauge',
  labels: [],
  ...described,
});

/** A distribution of durations in seconds. */
export const defineHistogram = <const L extends string = never>(
  described: Omit<WithStart<L>, 'unit'> & { readonly buckets?: readonly number[] },
): HistogramDefinition<L> => ({
  type: 'histogram',
  unit: 'seconds',
  labels: [],
  startsAt0: [],
  buckets: DURATION_BUCKETS,
  ...described,
});

/** One entry for `startsAt0` for each value of a label. */
export const eachOf = <const L extends string>(label: L, values: readonly string[]): LabelValues<L>[] =>
  values.map((value) => ({ [label]: value }) as LabelValues<L>);
