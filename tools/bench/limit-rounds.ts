import type { LimitMeasured } from './limit.ts';

/** The limit of a run: the mean of what was measured before the scenarios and after them. */
export interface Limit {
  readonly perSecond: number;
  readonly cpuSecondsPer1000: number;
  /** What each round measured, a second. */
  readonly rounds: readonly number[];
}

export function limitOf(rounds: readonly LimitMeasured[]): Limit {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    perSecond: mean(rounds.map(({ perSecond }) => perSecond)),
    cpuSecondsPer1000: mean(rounds.map(({ cpuSecondsPer1000 }) => cpuSecondsPer1000)),
    rounds: rounds.map(({ perSecond }) => Math.round(perSecond)),
  };
}

/** Rounds that differ by more than this share say that the machine was not quiet. */
const QUIET = 0.15;

export const isSteady = ({ rounds, perSecond }: Limit): boolean =>
  (Math.max(...rounds) - Math.min(...rounds)) / perSecond <= QUIET;
