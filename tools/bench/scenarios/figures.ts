import type { CpuSpent } from '../measure/cpu.ts';
import { signetSeconds } from '../measure/cpu.ts';
import { spreadOf } from '../measure/percentile.ts';
import type { Outgoing } from '../load/outgoing.ts';
import type { Figure, Target } from '../figures/result.ts';

/** Intended sending to arrival. */
export function latencyFigures(latencies: readonly number[], targets?: { p50: Target; p99: Target }): Figure[] {
  const { p50, p99 } = spreadOf(latencies);
  return [
    { name: 'end to end, p50', value: p50, digits: 1, unit: 'ms', ...(targets && { target: targets.p50 }) },
    { name: 'end to end, p99', value: p99, digits: 1, unit: 'ms', ...(targets && { target: targets.p99 }) },
  ];
}

/** Every process of Signet, PostgreSQL and Kafka; not the driver, not the receiver. */
export const cpuFigure = (spent: CpuSpent, deliveries: number, target?: Target): Figure => ({
  name: 'CPU seconds per 1,000 deliveries',
  value: signetSeconds(spent) / (deliveries / 1_000),
  digits: 3,
  comparison: 'cpu',
  ...(target && { target }),
});

export function refusals(outgoing: Outgoing): string[] {
  const refused = outgoing.messages.length - outgoing.accepted;
  return refused === 0 ? [] : [`${refused} messages were not accepted; the first: ${outgoing.firstError}`];
}
