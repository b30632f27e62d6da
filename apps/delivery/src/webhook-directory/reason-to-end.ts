import type { AbandonReason } from '@signet/contracts';
import type { WebhookDirectory } from './webhook-directory.ts';

/** The part of the tenants' directory that dispatch needs. */
export interface SuspendedTenants {
  isSuspended(tenantId: string): boolean;
}

/** Why a webhook takes no deliveries now; null: it takes them. An unknown webhook counts as deleted. */
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
