import type { Fault } from './period.policy.ts';
import type { Grouping, StatisticsQuery } from './statistics.schemas.ts';

/** Whose deliveries are asked for. */
export interface Scope {
  /** null: of all tenants. */
  readonly tenantId: string | null;
  readonly webhookId?: string | undefined;
  /** Only these webhooks, and the tenants to whom they belong. */
  readonly webhooks?: { readonly ids: readonly string[]; readonly tenantIds: readonly string[] } | undefined;
  readonly eventType?: string | undefined;
  readonly groupBy?: Grouping | undefined;
}

const OPERATORS_ONLY = { rule: 'operators_only', detail: 'It is for operators: a key of a tenant sees only its own.' };

/**
 * What a caller may ask for. Over all tenants there are sums for each tenant and for each event type, but none of both together:
 * their number would grow with every tenant times every type.
 *
 * @param callerTenant the tenant of the key; null: an operator's
 * @param tenantOf the tenant to whom a webhook belongs
 */
export function scopeOf(
  query: StatisticsQuery,
  callerTenant: string | null,
  tenantOf: (webhookId: string) => string | undefined,
): Scope | Fault {
  const { webhookId, eventType, groupBy } = query;
  const ids = query.webhookIds?.toLowerCase().split(',');
  const webhooks = (tenantIds: readonly string[]) => ids && { ids, tenantIds };
  if (callerTenant !== null) {
    if (query.tenantId !== undefined) return { field: 'tenantId', ...OPERATORS_ONLY };
    if (groupBy === 'tenant') return { field: 'groupBy', ...OPERATORS_ONLY };
    return { tenantId: callerTenant, webhookId, webhooks: webhooks([callerTenant]), eventType, groupBy };
  }
  const { tenantId } = query;
  if (tenantId !== undefined) return { tenantId, webhookId, webhooks: webhooks([tenantId]), eventType, groupBy };
  if (ids && groupBy === 'tenant')
    return { field: 'groupBy', rule: 'not_with_webhooks', detail: 'tenant cannot be combined with webhookIds.' };
  if (ids) {
    // A webhook that delivery does not know has no numbers. Of a deleted one the tenant is not known any more.
    const tenantIds = [...new Set(ids.flatMap((id) => tenantOf(id) ?? []))];
    return { tenantId: null, webhooks: webhooks(tenantIds), eventType, groupBy };
  }
  if (webhookId !== undefined || groupBy === 'webhook')
    return { field: 'tenantId', rule: 'tenant_required', detail: 'It is required to ask for webhooks.' };
  if (groupBy === 'tenant' && eventType !== undefined)
    return {
      field: 'eventType',
      rule: 'not_with_all_tenants',
      detail: 'It cannot be combined with groupBy=tenant, unless tenantId names one.',
    };
  return { tenantId: null, eventType, groupBy };
}
