import type { Fault } from './period.policy.ts';
import type { Grouping, StatisticsQuery } from './statistics.schemas.ts';

/** Whose deliveries are asked for. */
export interface Scope {
  /** null: of all tenants. */
  readonly tenantId: string | null;
  readonly webhookId?: string | undefined;
  readonly eventType?: string | undefined;
  readonly groupBy?: Grouping | undefined;
}

const OPERATORS_ONLY = { rule: 'operators_only', detail: 'It is for operators: a key of a tenant sees only its own.' };

/**
 * What a caller may ask for. Over all tenants there are sums for each tenant and for each event type, but none of both together:
 * their number would grow with every tenant times every type.
 *
 * @param callerTenant the tenant of the key; null: an operator's
 */
export function scopeOf(query: StatisticsQuery, callerTenant: string | null): Scope | Fault {
  const { webhookId, eventType, groupBy } = query;
  if (callerTenant !== null) {
    if (query.tenantId !== undefined) return { field: 'tenantId', ...OPERATORS_ONLY };
    if (groupBy === 'tenant') return { field: 'groupBy', ...OPERATORS_ONLY };
    return { tenantId: callerTenant, webhookId, eventType, groupBy };
  }
  if (query.tenantId !== undefined) return { tenantId: query.tenantId, webhookId, eventType, groupBy };
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
