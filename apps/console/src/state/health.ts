import type { Circuit, Tenant, Webhook } from '../api/model.ts';

/**
 * What is known of a circuit. `unknown`: the request for it failed, so it may be open. `loading`: the first answer has not come yet.
 */
export type KnownCircuit = Circuit | 'closed' | 'unknown' | 'loading';

export type WebhookHealth =
  'active' | 'failing' | 'held_back' | 'unknown' | 'disabled_automatically' | 'disabled' | 'suspended';

type Judged = Pick<Webhook, 'isActive' | 'consecutiveFailures' | 'disabledReason'>;

/**
 * The health of a webhook, in one word. What stops more comes first: a suspended tenant, a disabled webhook, an open circuit, failures.
 *
 * @param tenantStatus undefined where it is not known
 */
export function healthOf(
  { isActive, consecutiveFailures, disabledReason }: Judged,
  circuit: KnownCircuit,
  tenantStatus?: Tenant['status'],
): WebhookHealth {
  if (tenantStatus === 'suspended') return 'suspended';
  if (!isActive) return disabledReason === 'manual' ? 'disabled' : 'disabled_automatically';
  if (isOpen(circuit)) return 'held_back';
  if (consecutiveFailures > 0) return 'failing';
  return circuit === 'unknown' ? 'unknown' : 'active';
}

/** Whether the circuit is known to hold deliveries back. */
export const isOpen = (circuit: KnownCircuit): circuit is Circuit =>
  typeof circuit === 'object' && circuit.state !== 'closed';

export const HEALTH_NAMES: Readonly<Record<WebhookHealth, string>> = {
  active: 'Active',
  failing: 'Failing',
  held_back: 'Held back',
  unknown: 'Circuit unknown',
  disabled_automatically: 'Disabled automatically',
  disabled: 'Disabled',
  suspended: 'Tenant suspended',
};
