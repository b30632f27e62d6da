import { readApiKeySnapshot } from '@signet/contracts';
import type { ApiKeySnapshot } from '@signet/contracts';
import type { ApiKeyLookup, KnownSession } from './lookups.ts';

/** Every live API key in memory, with its sessions, fed with the records of `registry.api-keys.v1`. */
export class ApiKeyDirectory implements ApiKeyLookup {
  private readonly byId = new Map<string, ApiKeySnapshot>();
  private readonly byKeyHash = new Map<string, ApiKeySnapshot>();
  private readonly bySessionHash = new Map<string, KnownSession>();

  get size(): number {
    return this.byId.size;
  }

  byHash(hash: string): ApiKeySnapshot | undefined {
    return this.byKeyHash.get(hash);
  }

  bySession(hash: string): KnownSession | undefined {
    return this.bySessionHash.get(hash);
  }

  /**
   * Takes one record: the key is the API key's id; a null value is a tombstone and revokes the key. A snapshot that is older than
   * the known one is ignored, since a relay that resumes after a crash repeats records. Of two with one version the later counts:
   * its sessions have changed. A key with a role that this version does not know counts as revoked.
   *
   * @param supersedes whether the record counts whatever its version
   * @throws when the value is not a snapshot of an API key; then the directory does not change
   */
  apply(id: string, value: Buffer | null, supersedes = false): void {
    const known = this.byId.get(id);
    if (value === null) {
      if (known) this.forget(known);
      return;
    }
    const snapshot = readApiKeySnapshot(JSON.parse(value.toString('utf8')));
    if (known && !supersedes && known.version > snapshot.version) return;
    if (known) this.forget(known);
    if (snapshot.role === null) return;
    this.byId.set(snapshot.id, snapshot);
    this.byKeyHash.set(snapshot.hash, snapshot);
    for (const { hash, expiresAt } of snapshot.sessions ?? [])
      this.bySessionHash.set(hash, { key: snapshot, expiresAt });
  }

  private forget(snapshot: ApiKeySnapshot): void {
    this.byId.delete(snapshot.id);
    if (this.byKeyHash.get(snapshot.hash)?.id === snapshot.id) this.byKeyHash.delete(snapshot.hash);
    for (const { hash } of snapshot.sessions ?? []) this.bySessionHash.delete(hash);
  }
}
