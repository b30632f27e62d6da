/** Two measurements that follow each other closely: without the disturbance that is examined, and beside it. */
export type Pair = readonly [before: readonly number[], beside: readonly number[]];

/**
 * How likely noise alone makes a statistic of the second sides exceed that of the first by as much as was measured, from 0
 * to 1: the share of all 2ⁿ ways to swap the sides of the pairs that differ by no less (an exact paired permutation test,
 * one-sided; E. S. Edgington, Randomization Tests). Below 0.05 a rise is called real. n is at most 16.
 */
export function chanceOfRise(pairs: readonly Pair[], statistic: (values: readonly number[]) => number): number {
  if (pairs.length > 16) throw new RangeError(`There are ${pairs.length} pairs; 16 is the most that can be permuted.`);
  const rise = (swaps: number): number => {
    const side = (index: 0 | 1): number[] =>
      pairs.flatMap((pair, at) => pair[(((swaps >> at) & 1) === 0 ? index : 1 - index) as 0 | 1]);
    return statistic(side(1)) - statistic(side(0));
  };
  const measured = rise(0);
  const ways = 2 ** pairs.length;
  let atLeast = 0;
  for (let swaps = 0; swaps < ways; swaps++) if (rise(swaps) >= measured) atLeast += 1;
  return atLeast / ways;
}
