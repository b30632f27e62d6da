import type { AbandonReason } from '@signet/contracts';
import type { WebhookDirectory } from './webhook-directory.ts';

/** What dispatch needs to know of the tenants. */
export interface SuspendedTenants {
  isSuspended(tenantId: string): boolean;
}

/** Why a webhook takes no deliveries now; null: it takes them. One that nobody knows is a deleted one. */
export function reasonToEnd(
  webhookId: string,
  webhooks: Pick<WebhookDirectory, 'get'>,
  tenants: SuspendedTenants,
): AbandonReason | null {
  const webhook = webhooks.get(webhookId);
  if (!webhook) return 'deleted';
  if (tenants.isSuspended(webhook.tenantId)) return 'tenant_suspended';
  return webhook.isActive ? null : 'disabled';
}
