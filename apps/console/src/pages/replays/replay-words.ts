import type { Replay, ReplayStatus } from '../../api/model.ts';

/** The messages that each kind of replay includes, in words for people. */
export const REPLAYED: Readonly<Record<ReplayStatus, { readonly name: string; readonly lead: string }>> = {
  failed: { name: 'Failed messages', lead: 'Messages of which every delivery has failed.' },
  missed: {
    name: 'Missed messages',
    lead: 'Messages that came while the webhook was disabled or before it existed, and deliveries that ended because it was disabled.',
  },
  all: { name: 'All messages', lead: 'Every message whose delivery has ended, including successful ones.' },
};

export const WHY_FAILED: Readonly<Record<NonNullable<Replay['reason']>, string>> = {
  webhook_deleted: 'The webhook was deleted.',
  webhook_disabled: 'The webhook was disabled.',
  tenant_suspended: 'The tenant was suspended.',
};
