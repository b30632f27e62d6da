import type { EntityManager } from '@mikro-orm/postgresql';
import type { ApiKeySnapshot, Clock, TenantSnapshot } from '@signet/contracts';
import type { ApiKeyLookup, TenantLookup } from '@signet/service-kit';
import { LRUCache } from 'lru-cache';
import { ApiKeyQueries } from '../api-key/api-key.queries.ts';
import { apiKeySnapshotOf } from '../api-key/api-key.row.ts';
import { TenantQueries } from '../tenant/tenant.queries.ts';
import { tenantSnapshotOf } from '../tenant/tenant.row.ts';

/** For so long a revocation by another replica may go unnoticed; by this one it is noticed at once. */
const FRESH_MS = 1_000;
const MAX_KEYS = 10_000;

interface Entry {
  readonly readAt: number;
  /** Of the cache when it was read; an entry of a former one is read anew. */
  readonly generation: number;
  readonly key: ApiKeySnapshot | undefined;
}

/**
 * Keys and tenants from the registry's own read models: who gets a key can use it with the next request, and while
 * Kafka is away the registry still knows who calls. One statement or two a second for each key in use; wrong keys are
 * remembered as well.
 */
export class KeyCache implements ApiKeyLookup, TenantLookup {
  private readonly entries = new LRUCache<string, Entry>({ max: MAX_KEYS });
  private generation = 0;
  private readonly tenants = new LRUCache<string, TenantSnapshot>({ max: MAX_KEYS });

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /** Reads the key of this hash unless it was read just now; to be awaited before the lookups are asked. */
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

  /** Whether this hash was looked for lately, be there a key or not. */
  isKnown = (hash: string): boolean => this.entries.has(hash);

  byHash(hash: string): ApiKeySnapshot | undefined {
    return this.entries.get(hash)?.key;
  }

  byId(id: string): TenantSnapshot | undefined {
    return this.tenants.get(id);
  }

  /** Something about keys or tenants changed: all of them are read anew. That they were known stays known. */
  clear = (): void => {
    this.generation += 1;
  };
}
