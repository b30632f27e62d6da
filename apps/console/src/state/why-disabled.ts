import type { Webhook } from '../api/model.ts';

const WHY: Readonly<Record<NonNullable<Webhook['disabledReason']>, string>> = {
  manual: 'A user disabled it.',
  failing: 'Signet disabled it after too many failures in a row.',
  gone: 'The receiver answered 410 Gone, so Signet disabled it.',
};

/** Why a webhook is disabled, for people; its detail, if there is one, says more. */
export const whyDisabled = ({ disabledReason }: Pick<Webhook, 'disabledReason'>): string =>
  disabledReason === null ? '' : WHY[disabledReason];
