import { createHash } from 'node:crypto';
import type { ApiKeySnapshot, TenantSnapshot } from '@signet/contracts';

/** Where the guard finds a live key by the hash of it. */
export interface ApiKeyLookup {
  byHash(hash: string): ApiKeySnapshot | undefined;
}

/** Where the guard finds the tenant of a key. */
export interface TenantLookup {
  byId(id: string): TenantSnapshot | undefined;
}

/** Injection tokens of the two lookups. */
export const API_KEY_LOOKUP = Symbol('signet.api-key-lookup');
export const TENANT_LOOKUP = Symbol('signet.tenant-lookup');

/** What is stored of an API key: SHA-256, lower-case hex. Keys are long and random, so a slow hash would add nothing. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key, 'utf8').digest('hex');
