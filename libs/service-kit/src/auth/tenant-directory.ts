import { tenantSnapshot } from '@signet/contracts';
import type { TenantSnapshot } from '@signet/contracts';
import type { TenantLookup } from './lookups.ts';

/** Every tenant in memory, fed with the records of `registry.tenants.v1`. */
export class TenantDirectory implements TenantLookup {
  private readonly tenants = new Map<string, TenantSnapshot>();

  get size(): number {
    return this.tenants.size;
  }

  byId(id: string): TenantSnapshot | undefined {
    return this.tenants.get(id);
  }

  /**
   * Takes one record: the key is the tenant's id; a null value is a tombstone. A snapshot older than the one known is
   * passed over.
   *
   * @throws when the value is not a snapshot of a tenant; the directory is as before then
   */
  apply(id: string, value: Buffer | null): void {
    if (value === null) {
      this.tenants.delete(id);
      return;
    }
    const snapshot = tenantSnapshot.parse(JSON.parse(value.toString('utf8')));
    const known = this.tenants.get(id);
    if (!known || known.version <= snapshot.version) this.tenants.set(snapshot.id, snapshot);
  }
}
