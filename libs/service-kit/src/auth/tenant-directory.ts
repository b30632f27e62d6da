import { readTenantSnapshot } from '@signet/contracts';
import type { TenantSnapshot } from '@signet/contracts';
import type { TenantLookup } from './lookups.ts';

export interface TenantChange {
  readonly tenant: TenantSnapshot;
  readonly before: TenantSnapshot | undefined;
}

/** Every tenant in memory, fed with the records of `registry.tenants.v1`. */
export class TenantDirectory implements TenantLookup {
  private readonly tenants = new Map<string, TenantSnapshot>();
  private readonly listeners: ((change: TenantChange) => void)[] = [];
  private resolveComplete!: () => void;
  private readonly complete = new Promise<void>((resolve) => (this.resolveComplete = resolve));

  get size(): number {
    return this.tenants.size;
  }

  byId(id: string): TenantSnapshot | undefined {
    return this.tenants.get(id);
  }

  isSuspended(id: string): boolean {
    return this.tenants.get(id)?.status === 'suspended';
  }

  onChange(listener: (change: TenantChange) => void): void {
    this.listeners.push(listener);
  }

  /** Resolves when a whole generation of the table has been read; before that, some tenants may be missing. */
  whenComplete(): Promise<void> {
    return this.complete;
  }

  markComplete(): void {
    this.resolveComplete();
  }

  /**
   * Takes one record: the key is the tenant's id; a null value is a tombstone. A snapshot that is older than the known
   * one is ignored.
   *
   * @param supersedes whether the record counts whatever its version
   * @throws when the value is not a snapshot of a tenant; then the directory does not change
   */
  apply(id: string, value: Buffer | null, supersedes = false): void {
    if (value === null) {
      this.tenants.delete(id);
      return;
    }
    const snapshot = readTenantSnapshot(JSON.parse(value.toString('utf8')));
    const before = this.tenants.get(id);
    if (before && !supersedes && before.version > snapshot.version) return;
    this.tenants.set(snapshot.id, snapshot);
    for (const listener of this.listeners) listener({ tenant: snapshot, before });
  }
}
