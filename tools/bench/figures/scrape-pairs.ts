import { spreadOf } from '../measure/percentile.ts';
import type { Outcome } from './result.ts';
import { table } from './table.ts';
import { TARGETS } from './targets.ts';

/** What one run of a scenario came to. */
export interface Run {
  readonly perSecond: number;
  readonly cpuSecondsPer1000: number;
}
/** Two runs, one right after the other: without scrapes, and with them. */
export interface ScrapePair {
  readonly without: Run;
  readonly scraped: Run;
}

/** Which side of a pair runs first: by turns, so that a machine that warms up or tires favours neither. */
export const scrapedFirst = (pair: number): boolean => pair % 2 === 1;

/** @throws where the scenario has no rate or no CPU */
export function runOf(outcomes: readonly Outcome[], scenario: string): Run {
  const figures = outcomes.find((outcome) => outcome.scenario === scenario)?.figures ?? [];
  const figure = (comparison: 'rate' | 'cpu'): number => {
    const found = figures.find((one) => one.comparison === comparison);
    if (found === undefined) throw new Error(`${scenario} has no figure of ${comparison}, so it cannot be compared.`);
    return found.value;
  };
  return { perSecond: figure('rate'), cpuSecondsPer1000: figure('cpu') };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const median = (values: readonly number[]): number => spreadOf(values).p50;
const shareOfRate = ({ without, scraped }: ScrapePair): number => scraped.perSecond / without.perSecond;
/** Below 1 where scrapes cost CPU, as the share of the rate is. */
const shareOfCpu = ({ without, scraped }: ScrapePair): number => without.cpuSecondsPer1000 / scraped.cpuSecondsPer1000;

/** Medians over the pairs: the rate with scrapes as a share of that without, and the same of the deliveries a CPU second. */
export const shares = (pairs: readonly ScrapePair[]): { readonly rate: number; readonly perCpu: number } => ({
  rate: median(pairs.map(shareOfRate)),
  perCpu: median(pairs.map(shareOfCpu)),
});

/** The pairs, and their medians beside the target. */
export function pairsReport(pairs: readonly ScrapePair[], every: string): string {
  const head = [
    'pair',
    'without, /s',
    `scraped every ${every}, /s`,
    'share',
    'CPU s per 1,000',
    'scraped',
    'deliveries a CPU s',
  ];
  const rows = pairs.map((pair, index) => [
    `${index + 1}`,
    pair.without.perSecond.toFixed(0),
    pair.scraped.perSecond.toFixed(0),
    percent(shareOfRate(pair)),
    pair.without.cpuSecondsPer1000.toFixed(3),
    pair.scraped.cpuSecondsPer1000.toFixed(3),
    percent(shareOfCpu(pair)),
  ]);
  const { rate, perCpu } = shares(pairs);
  const target = TARGETS.scrape.share;
  const verdict = rate * 100 >= target.value ? 'met' : 'NOT met';
  return [
    table([head, ...rows], [1, 2, 3, 4, 5, 6]),
    `median: ${percent(rate)} of the rate (${target.relation} ${target.value} %: ${verdict}), ${percent(perCpu)} of the deliveries a CPU second`,
  ].join('\n');
}
