import type { AbandonReason } from '@signet/contracts';

/** Why a delivery ended without a further attempt: a sentence for people. */
export const ENDED_BECAUSE: Readonly<Record<AbandonReason, string>> = {
  disabled: 'The webhook was disabled.',
  deleted: 'The webhook was deleted.',
  tenant_suspended: 'The tenant was suspended.',
};
