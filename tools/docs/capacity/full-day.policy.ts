import type { Cost } from './cost.ts';

const PAGE_BYTES = 8_192;
const DAY_SECONDS = 86_400;

/** The cost of one delivery at the end of a day that has had the same rate since midnight. */
export interface FullDayCost extends Cost {
  /** Pages that the delivery is the first to change since a checkpoint: each is written whole into the WAL, and later to its place. */
  readonly firstPages: number;
}

/** How a benchmark filled the day before it measured. */
export interface FilledDay {
  readonly recorded: number;
  readonly cost: Cost;
}

/**
 * The share of inserts that are the first to touch their page since the last checkpoint, when `inserts` fall on `pages` with equal
 * chances: of x = inserts / pages, (1 - e^-x) / x. Near 1 where there are many more pages than inserts, near 0 where there are few.
 */
export function firstTouches(inserts: number, pages: number): number {
  const x = inserts / pages;
  return (1 - Math.exp(-x)) / x;
}

/**
 * The cost at the end of a full day, from two measurements: in a day that has just begun, and in a day that was filled. The difference
 * comes from first touches. At the planned rate their share differs from the measured one: the pages of a day and the inserts between
 * two checkpoints both grow with the rate, so the share depends on the checkpoints alone.
 *
 * @param checkpointSeconds time between two checkpoints
 */
export function fullDayCost(begun: Cost, filled: FilledDay, checkpointSeconds: number): FullDayCost {
  const entryBytes = begun.scatteredBytes;
  const measured = firstTouches(filled.cost.deliveries, (filled.recorded * entryBytes) / SCATTERED / PAGE_BYTES);
  const planned = firstTouches(checkpointSeconds, (DAY_SECONDS * entryBytes) / SCATTERED / PAGE_BYTES);
  const ratio = planned / measured;
  const firstPages = (filled.cost.writes - begun.writes) * ratio;
  return {
    ...begun,
    walBytes: begun.walBytes + (filled.cost.walBytes - begun.walBytes) * ratio,
    writes: begun.writes + firstPages,
    firstPages,
  };
}

/** Indexes of a day by keys in no order: delivery, log, message, the producer's id, subject. */
const SCATTERED = 5;
