import { createHash } from 'node:crypto';
import type { ApiKeySnapshot, TenantSnapshot } from '@signet/contracts';

/** Lets the guard find a live key by its hash. */
export interface ApiKeyLookup {
  byHash(hash: string): ApiKeySnapshot | undefined;
}

/** Lets the guard find the tenant of a key. */
export interface TenantLookup {
  byId(id: string): TenantSnapshot | undefined;
}

/** Injection tokens of the two lookups. */
export const API_KEY_LOOKUP = Symbol('signet.api-key-lookup');
export const TENANT_LOOKUP = Symbol('signet.tenant-lookup');

/** The stored form of an API key: SHA-256, lower-case hex. Keys are long and random, so a slow hash would add nothing. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key, 'utf8').digest('hex');
