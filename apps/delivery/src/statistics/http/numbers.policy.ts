import { CELLS, HISTOGRAMS, percentilesOf } from '../cells.policy.ts';
import type { Cells } from '../cells.policy.ts';
import type { StatisticsNumbers } from './statistics.answers.ts';

/** Four digits after the point: a hundredth of a per cent. */
const RATE_STEPS = 10_000;

export function numbersOf(cells: Cells): StatisticsNumbers {
  const count = (cell: number): number => cells.get(cell) ?? 0;
  const [delivered, failed, pending, retrying] = [
    count(CELLS.delivered),
    count(CELLS.failed),
    count(CELLS.pending),
    count(CELLS.retrying),
  ];
  const ended = delivered + failed;
  return {
    deliveries: ended + pending + retrying,
    delivered,
    failed,
    pending,
    retrying,
    attempts: count(CELLS.attempts),
    successRate: ended === 0 ? null : Math.round((delivered / ended) * RATE_STEPS) / RATE_STEPS,
    deliveryMs: percentilesOf(cells, HISTOGRAMS.deliveryMs),
    responseMs: percentilesOf(cells, HISTOGRAMS.responseMs),
  };
}
