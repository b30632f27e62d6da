import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiKeySnapshot, Clock, TenantSnapshot } from '@signet/contracts';
import type { ApiKeyLookup, TenantLookup } from '@signet/service-kit';
import { CLOCK } from '@signet/service-kit';
import { LRUCache } from 'lru-cache';
import { ApiKeyQueries } from '../api-key/api-key.queries.ts';
import { apiKeySnapshotOf } from '../api-key/api-key.row.ts';
import { TenantQueries } from '../tenant/tenant.queries.ts';
import { tenantSnapshotOf } from '../tenant/tenant.row.ts';

/**
 * For up to this long this replica may accept a key that another replica has revoked. Its own revocations it sees at
 * once.
 */
const FRESH_MS = 1_000;
const MAX_KEYS = 10_000;

interface Entry {
  readonly readAt: number;
  /** Generation of the cache when the entry was read; an entry of an earlier generation is read again. */
  readonly generation: number;
  readonly key: ApiKeySnapshot | undefined;
}

/**
 * Keys and tenants from the registry's own read models. So a new key works with the next request, and the registry
 * can authenticate callers while Kafka is away. It costs one or two statements a second for each key in use. Keys
 * that do not exist are cached as well.
 */
@Injectable()
export class KeyCache implements ApiKeyLookup, TenantLookup {
  private readonly entries = new LRUCache<string, Entry>({ max: MAX_KEYS });
  private generation = 0;
  private readonly tenants = new LRUCache<string, TenantSnapshot>({ max: MAX_KEYS });

  constructor(
    @Inject(EntityManager) private readonly em: EntityManager,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Reads the key of this hash, unless it was read within the last second. Must be awaited before the lookups are used. */
  async refresh(hash: string): Promise<void> {
    const known = this.entries.get(hash);
    const now = this.clock().getTime();
    const { generation } = this;
    if (known?.generation === generation && Math.abs(now - known.readAt) < FRESH_MS) return;
    const row = await new ApiKeyQueries(this.em).findByHash(hash);
    const tenant = row?.tenantId ? await new TenantQueries(this.em).find(row.tenantId) : undefined;
    if (tenant) this.tenants.set(tenant.id, tenantSnapshotOf(tenant));
    this.entries.set(hash, { readAt: now, generation, key: row && apiKeySnapshotOf(row) });
  }

  /** Whether this hash was looked up lately, even if no key has it. */
  isKnown = (hash: string): boolean => this.entries.has(hash);

  byHash(hash: string): ApiKeySnapshot | undefined {
    return this.entries.get(hash)?.key;
  }

  byId(id: string): TenantSnapshot | undefined {
    return this.tenants.get(id);
  }

  /** To be called when a key or tenant has changed: all entries are read again. `isKnown` stays true for them. */
  clear = (): void => {
    this.generation += 1;
  };
}
