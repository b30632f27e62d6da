import { defineEntity, p } from '@mikro-orm/core';
import type { Role } from '@signet/contracts';

/** A live API key as it is read: the projection of its stream. A revoked key has no row. */
export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.text().nullable(),
    name: p.text(),
    role: p.text().$type<Role>(),
    eventTypes: p.array().nullable(),
    tenants: p.array().nullable(),
    /** SHA-256 of the key, lower-case hex. */
    hash: p.text(),
    /** The key's first characters, by which people recognise a key. */
    prefix: p.text(),
    createdBy: p.text(),
    createdAt: p.datetime(),
    version: p.integer(),
  },
});
