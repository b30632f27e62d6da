import { rowProjection } from '../database/row-projection.ts';
import type { TenantEvent } from './tenant.decider.ts';
import { TENANT_EVENT_TYPES } from './tenant.decider.ts';
import { TenantEntity } from './tenant.entity.ts';
import { TenantQueries } from './tenant.queries.ts';
import type { TenantRow } from './tenant.row.ts';
import { applyToTenantRow } from './tenant.row.ts';

/** Events of tenants → `tenants`. */
export const tenantProjection = rowProjection<TenantRow, TenantEvent>({
  kind: 'tenant',
  handles: TENANT_EVENT_TYPES,
  load: (em, ids) => new TenantQueries(em).byIds(ids),
  apply: applyToTenantRow,
  store: (em, rows) => em.upsertMany(TenantEntity, rows),
  remove: (em, ids) => em.nativeDelete(TenantEntity, { id: { $in: ids } }),
  truncate: (em) => em.nativeDelete(TenantEntity, {}),
});
