import type { Delivery, Webhook } from '../api/model.ts';

const WHY: Readonly<Record<NonNullable<Webhook['disabledReason']>, string>> = {
  manual: 'A user disabled it.',
  failing: 'Signet disabled it after too many failures in a row.',
  gone: 'The receiver answered 410 Gone, so Signet disabled it.',
};

/** Why a webhook is disabled, for people; its detail, if there is one, says more. */
export const whyDisabled = ({ disabledReason }: Pick<Webhook, 'disabledReason'>): string =>
  disabledReason === null ? '' : WHY[disabledReason];

export interface SuccessRate {
  readonly delivered: number;
  readonly failed: number;
  /** Neither delivered nor given up: pending, held back, or between two attempts. */
  readonly waiting: number;
  /** 0 to 1; null where there is no delivery. */
  readonly share: number | null;
  /** When the oldest of these deliveries was made. */
  readonly since: string | null;
}

/**
 * The share of deliveries that have arrived. One that waits has not arrived, so a receiver that is down lowers the rate at once, and
 * not only when its deliveries are given up. Tests are left out.
 */
export function successRate(deliveries: readonly Pick<Delivery, 'status' | 'isTest' | 'createdAt'>[]): SuccessRate {
  const counted = deliveries.filter(({ isTest }) => !isTest);
  const count = (...of: Delivery['status'][]): number => counted.filter(({ status }) => of.includes(status)).length;
  const delivered = count('SUCCESS');
  return {
    delivered,
    failed: count('FAILED'),
    waiting: count('PENDING', 'RETRYING'),
    share: counted.length === 0 ? null : delivered / counted.length,
    since: counted.map(({ createdAt }) => createdAt).toSorted()[0] ?? null,
  };
}

/** The value at this share of the sorted numbers; null if there are none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}
