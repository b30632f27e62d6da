/** Scenarios that need a running Signet, in the order in which they run. */
export const SCENARIO_NAMES = [
  'http-single',
  'http-batch',
  'kafka',
  'fan-out-10',
  'latency-200',
  'isolation',
  'burst',
  'idle',
  'overdue',
  'crash',
  'ordered',
  'asked-for',
  'registry-lists',
  'delivery-lists',
  'growth',
] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** Those whose measured part can be profiled, and whose costs can be counted. */
export const OBSERVED_SCENARIOS: readonly ScenarioName[] = [
  'http-single',
  'http-batch',
  'kafka',
  'fan-out-10',
  'latency-200',
  'idle',
  'overdue',
  'ordered',
];

/** What runs when nothing is named: two to three minutes on 2 cores. */
export const DEFAULT_SCENARIOS: readonly ScenarioName[] = [
  'http-single',
  'http-batch',
  'kafka',
  'fan-out-10',
  'latency-200',
];
