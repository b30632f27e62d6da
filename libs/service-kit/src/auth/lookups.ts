import { createHash } from 'node:crypto';
import type { ApiKeySnapshot, TenantSnapshot } from '@signet/contracts';

/** A session, and the live key with which its browser has signed in. */
export interface KnownSession {
  readonly key: ApiKeySnapshot;
  /** It may be over already: the caller compares. RFC 3339. */
  readonly expiresAt: string;
}

/** Lets the guard find a live key by its hash, or by the hash of the token of one of its sessions. */
export interface ApiKeyLookup {
  byHash(hash: string): ApiKeySnapshot | undefined;
  bySession(hash: string): KnownSession | undefined;
}

/** Lets the guard find the tenant of a key. */
export interface TenantLookup {
  byId(id: string): TenantSnapshot | undefined;
}

/** Injection tokens of the two lookups. */
export const API_KEY_LOOKUP = Symbol('signet.api-key-lookup');
export const TENANT_LOOKUP = Symbol('signet.tenant-lookup');

/**
 * The stored form of an API key, and of a session's token: SHA-256, lower-case hex. Both are long and random, so a slow hash would
 * add nothing.
 */
export const hashApiKey = (key: string): string => createHash('sha256').update(key, 'utf8').digest('hex');
