import type { Replay, ReplayStatus, Tenant, Webhook } from '../../api/model.ts';

/** The messages that each kind of replay includes, in words for people. */
export const REPLAYED: Readonly<Record<ReplayStatus, { readonly name: string; readonly lead: string }>> = {
  failed: { name: 'Failed messages', lead: 'Messages of which every delivery has failed.' },
  missed: {
    name: 'Missed messages',
    lead: 'Messages that came while the webhook was disabled or before it existed, and deliveries that ended because it was disabled.',
  },
  all: { name: 'All messages', lead: 'Every message whose delivery has ended, including successful ones.' },
};

interface ReplayWish {
  readonly webhook: Pick<Webhook, 'isActive'>;
  readonly tenantStatus: Tenant['status'] | undefined;
  /** Whether another replay of the webhook is running. */
  readonly isBusy: boolean;
}

/** Why no replay of a webhook can be started now; undefined: it can, as far as is known. */
export function whyNoReplay({ webhook, tenantStatus, isBusy }: ReplayWish): string | undefined {
  if (tenantStatus === 'suspended') return 'The tenant is suspended: nothing is delivered.';
  if (!webhook.isActive)
    return 'This webhook is disabled, so nothing can be replayed. Enable it first: what it missed can be replayed with that.';
  return isBusy ? 'Another replay of this webhook is running: wait for its end, or cancel it.' : undefined;
}

export const WHY_FAILED: Readonly<Record<NonNullable<Replay['reason']>, string>> = {
  webhook_deleted: 'The webhook was deleted.',
  webhook_disabled: 'The webhook was disabled.',
  tenant_suspended: 'The tenant was suspended.',
};
