import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiKeySnapshot, Clock, TenantSnapshot } from '@signet/contracts';
import type { ApiKeyLookup, KnownSession, TenantLookup } from '@signet/service-kit';
import { CLOCK } from '@signet/service-kit';
import { LRUCache } from 'lru-cache';
import { ApiKeyQueries } from '../api-key/api-key.queries.ts';
import { apiKeySnapshotOf } from '../api-key/api-key.row.ts';
import type { ApiKeyRow } from '../api-key/api-key.row.ts';
import { SessionStore } from '../session/session.store.ts';
import { TenantQueries } from '../tenant/tenant.queries.ts';
import { tenantSnapshotOf } from '../tenant/tenant.row.ts';

/**
 * For up to this long this replica may accept a key or a session that another replica has ended. Its own changes it
 * sees at once.
 */
const FRESH_MS = 1_000;
const MAX_KEYS = 10_000;

interface Entry<Found> {
  readonly readAt: number;
  /** Generation of the cache when the entry was read; an entry of an earlier generation is read again. */
  readonly generation: number;
  readonly found: Found | undefined;
}

/**
 * Keys, sessions and tenants from the registry's own tables. So a new key works with the next request, and the registry
 * can authenticate callers while Kafka is away. It costs one or two statements a second for each key in use. Keys
 * and sessions that do not exist are cached as well.
 */
@Injectable()
export class KeyCache implements ApiKeyLookup, TenantLookup {
  private readonly keys = new LRUCache<string, Entry<ApiKeySnapshot>>({ max: MAX_KEYS });
  private readonly sessions = new LRUCache<string, Entry<KnownSession>>({ max: MAX_KEYS });
  private generation = 0;
  private readonly tenants = new LRUCache<string, TenantSnapshot>({ max: MAX_KEYS });

  constructor(
    @Inject(EntityManager) private readonly em: EntityManager,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Reads the key of this hash, unless it was read within the last second. Must be awaited before the lookups are used. */
  refresh(hash: string): Promise<void> {
    return this.read(this.keys, hash, async () => this.known(await new ApiKeyQueries(this.em).findByHash(hash)));
  }

  /** The same for the session whose token has this hash. */
  refreshSession(hash: string): Promise<void> {
    return this.read(this.sessions, hash, async () => {
      const session = await new SessionStore(this.em).find(hash);
      if (session === undefined) return undefined;
      const key = await this.known(await new ApiKeyQueries(this.em).find(session.keyId));
      // A session that was begun with an earlier value of the key is over.
      return key?.hash === session.keyHash ? { key, expiresAt: session.expiresAt.toISOString() } : undefined;
    });
  }

  /** Whether this hash was looked up lately, even if no key has it. */
  isKnown = (hash: string): boolean => this.keys.has(hash);

  byHash(hash: string): ApiKeySnapshot | undefined {
    return this.keys.get(hash)?.found;
  }

  bySession(hash: string): KnownSession | undefined {
    return this.sessions.get(hash)?.found;
  }

  byId(id: string): TenantSnapshot | undefined {
    return this.tenants.get(id);
  }

  /** To be called when a key, one of its sessions, or a tenant has changed: all entries are read again. `isKnown` stays true for them. */
  clear = (): void => {
    this.generation += 1;
  };

  private async read<Found extends object>(
    entries: LRUCache<string, Entry<Found>>,
    hash: string,
    find: () => Promise<Found | undefined>,
  ): Promise<void> {
    const known = entries.get(hash);
    const readAt = this.clock().getTime();
    const { generation } = this;
    if (known?.generation === generation && Math.abs(readAt - known.readAt) < FRESH_MS) return;
    entries.set(hash, { readAt, generation, found: await find() });
  }

  /** A key as the lookups give it; reads its tenant, too. */
  private async known(row: ApiKeyRow | undefined): Promise<ApiKeySnapshot | undefined> {
    if (row === undefined) return undefined;
    const tenant = row.tenantId === null ? undefined : await new TenantQueries(this.em).find(row.tenantId);
    if (tenant) this.tenants.set(tenant.id, tenantSnapshotOf(tenant));
    return apiKeySnapshotOf(row);
  }
}
