import { defineEntity, p } from '@mikro-orm/core';

/** A tenant as it is read: the projection of its stream. */
export const TenantEntity = defineEntity({
  name: 'Tenant',
  tableName: 'tenants',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    alertEmail: p.text().nullable(),
    status: p.text().$type<'active' | 'suspended'>(),
    suspendedDetail: p.text().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    version: p.integer(),
  },
});
