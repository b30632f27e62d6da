import { expect, test } from '@jest/globals';
import type { Outcome } from './result.ts';
import type { ScrapePair } from './scrape-pairs.ts';
import { pairsReport, runOf, scrapedFirst, shares } from './scrape-pairs.ts';

const pair = (without: number, scraped: number, cpu = 0.5): ScrapePair => ({
  without: { perSecond: without, cpuSecondsPer1000: 0.5 },
  scraped: { perSecond: scraped, cpuSecondsPer1000: cpu },
});

test('the median of the ratios within the pairs counts, not the ratio of medians', () => {
  const pairs = [pair(1_000, 990), pair(4_000, 4_000), pair(2_000, 1_900)];
  expect(shares(pairs).rate).toBeCloseTo(0.99);
});

test('more CPU is a smaller share, too', () => {
  expect(shares([pair(1_000, 1_000, 0.625)]).perCpu).toBeCloseTo(0.8);
});

test('the sides take turns at being first', () => {
  expect([0, 1, 2, 3].map(scrapedFirst)).toEqual([false, true, false, true]);
});

test('the report says whether the target is met', () => {
  expect(pairsReport([pair(1_000, 985)], '5s')).toMatch(/98\.5 %[\s\S]*median: 98\.5 % of the rate \(≥ 98 %: met\)/);
  expect(pairsReport([pair(1_000, 970)], '5s')).toContain('NOT met');
});

test('a scenario without a rate cannot be compared', () => {
  const outcome = { scenario: 'crash', figures: [], notes: [] } as unknown as Outcome;
  expect(() => runOf([outcome], 'crash')).toThrow('crash has no figure of rate');
});
