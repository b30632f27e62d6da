import { table } from '../bench/figures/table.ts';
import type { Figures, Latency } from './figures.policy.ts';
import type { Rolled } from './services/rolled-service.ts';

/** A line of the table: a service while it is rolled out, or the time when none is. */
export interface Row {
  readonly name: string;
  readonly seconds: number;
  readonly figures: Figures;
  /** From the sending of a message to its arrival at a webhook. */
  readonly delivered: Latency;
}

const ms = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(value < 100 ? 1 : 0));
const spread = ({ p50, p99 }: Latency): string => `${ms(p50)} / ${ms(p99)}`;

export function tableOf(rows: readonly Row[]): string {
  const head = [
    'rolled out',
    'seconds',
    'requests',
    'told to come again',
    'refused',
    'broken',
    'events, ms p50 / p99',
    'reads, ms p50 / p99',
    'changes, ms p50 / p99',
    'delivered, ms p50 / p99',
  ];
  const lines = rows.map(({ name, seconds, figures, delivered }) => [
    name,
    seconds.toFixed(0),
    ...[figures.requests, figures.toldToComeAgain, figures.refused, figures.broken].map(String),
    spread(figures.latency.events),
    spread(figures.latency.reads),
    spread(figures.latency.changes),
    spread(delivered),
  ]);
  return table([head, ...lines], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

const seconds = (values: readonly number[]): string => values.map((value) => (value / 1_000).toFixed(1)).join(', ');

/** How long the processes of a service took to come and to go. */
export const rolledLine = (name: string, { readyAfterMs, ended }: Rolled): string =>
  `${name}: ready after ${seconds(readyAfterMs)} s; ended after ${seconds(ended.map((one) => one.ms))} s (${ended.map(({ how }) => how).join(', ')})`;
