import type { StatisticsNumbers } from '../api/model.ts';

type Counts = Pick<StatisticsNumbers, 'deliveries' | 'delivered' | 'pending' | 'retrying'>;

/**
 * The share of deliveries that have arrived, 0 to 1; null where there is none. A delivery that waits or is held back has not arrived,
 * so a receiver that is down lowers the share at once. The `successRate` of the API counts only deliveries that have ended.
 */
export const deliveredShare = ({ deliveries, delivered }: Pick<Counts, 'deliveries' | 'delivered'>): number | null =>
  deliveries === 0 ? null : delivered / deliveries;

/** Deliveries that are neither delivered nor given up: pending, held back, or between two attempts. */
export const waitingOf = ({ pending, retrying }: Pick<Counts, 'pending' | 'retrying'>): number => pending + retrying;

/** Below this share something is wrong: one delivery in twenty has not arrived. */
export const LOW_SHARE = 0.95;
