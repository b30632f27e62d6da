import type { Circuit, Delivery, Webhook } from '../api/model.ts';

export type WebhookHealth = 'active' | 'failing' | 'held_back' | 'disabled';

/** The health of a webhook, in one word. An open circuit matters more than the failures that opened it. */
export function healthOf(
  webhook: Pick<Webhook, 'isActive' | 'consecutiveFailures'>,
  circuit?: Pick<Circuit, 'state'>,
): WebhookHealth {
  if (!webhook.isActive) return 'disabled';
  if (circuit !== undefined && circuit.state !== 'closed') return 'held_back';
  return webhook.consecutiveFailures > 0 ? 'failing' : 'active';
}

export const HEALTH_NAMES: Readonly<Record<WebhookHealth, string>> = {
  active: 'Active',
  failing: 'Failing',
  held_back: 'Held back',
  disabled: 'Disabled',
};

const WHY: Readonly<Record<NonNullable<Webhook['disabledReason']>, string>> = {
  manual: 'A user disabled it.',
  failing: 'Signet disabled it after too many failures in a row.',
  gone: 'The receiver answered 410 Gone, so Signet disabled it.',
};

/** Why a webhook is disabled, for people; its detail, if there is one, says more. */
export const whyDisabled = ({ disabledReason }: Pick<Webhook, 'disabledReason'>): string =>
  disabledReason === null ? '' : WHY[disabledReason];

export interface SuccessRate {
  readonly succeeded: number;
  readonly ended: number;
  /** 0 to 1; null while no delivery has ended. */
  readonly share: number | null;
}

/**
 * The success rate of the deliveries that have ended: one that is still being tried counts as neither. Tests are left
 * out.
 */
export function successRate(deliveries: readonly Pick<Delivery, 'status' | 'isTest'>[]): SuccessRate {
  const ended = deliveries.filter(({ status, isTest }) => !isTest && (status === 'SUCCESS' || status === 'FAILED'));
  const succeeded = ended.filter(({ status }) => status === 'SUCCESS').length;
  return { succeeded, ended: ended.length, share: ended.length === 0 ? null : succeeded / ended.length };
}

/** The value at this share of the sorted numbers; null if there are none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}
