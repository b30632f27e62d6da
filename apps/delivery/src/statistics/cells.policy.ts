/**
 * A row of statistics is a bag of numbered counters, its cells. All of them add up: the cells of an hour are the sums of the cells
 * of its minutes. The numbers are stored, so none may change its meaning.
 */
export const CELLS = { delivered: 1, failed: 2, pending: 3, retrying: 4, attempts: 5 } as const;

/** Two histograms of times: bin `i` of a histogram is the cell `HISTOGRAMS.… + i`. */
export const HISTOGRAMS = { deliveryMs: 1_000, responseMs: 2_000 } as const;
/** The highest bin; it also holds everything above. */
export const LAST_BIN = 999;

/**
 * Bin `i` counts the times from 1.1^i to 1.1^(i+1) milliseconds. A time is reported as the geometric middle of its bin, which is
 * at most √1.1 - 1 = 4.9 % away from it.
 */
export const BIN_GROWTH = 1.1;

export type Cells = ReadonlyMap<number, number>;

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The number of the bin of a time, as the statement of `count-deliveries.ts` calculates it. */
export const binOf = (ms: number): number =>
  Math.min(LAST_BIN, Math.floor(Math.log(Math.max(ms, 1)) / Math.log(BIN_GROWTH)));

/** The sum of several bags. */
export function sumOf(bags: Iterable<Cells>): Cells {
  const sum = new Map<number, number>();
  for (const bag of bags) for (const [cell, count] of bag) sum.set(cell, (sum.get(cell) ?? 0) + count);
  return sum;
}

/** The percentiles of a histogram by nearest rank, whole milliseconds; null if it is empty. */
export function percentilesOf(cells: Cells, histogram: number): Percentiles | null {
  const bins = [...cells]
    .filter(([cell, count]) => cell >= histogram && cell <= histogram + LAST_BIN && count > 0)
    .map(([cell, count]) => ({ bin: cell - histogram, count }))
    .toSorted((a, b) => a.bin - b.bin);
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const at = (share: number): number => {
    let left = Math.ceil(share * total);
    const found = bins.find(({ count }) => (left -= count) <= 0) ?? bins.at(-1)!;
    return Math.max(1, Math.round(BIN_GROWTH ** (found.bin + 0.5)));
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
