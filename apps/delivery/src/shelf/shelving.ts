import { countOfRequests } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import type { PartitionClaim } from '../partitions/ownership.ts';
import type { RowToShelve, Shelf } from './shelf.ts';

export interface ShelvingOptions {
  /** How long records may wait for others, milliseconds. */
  readonly lingerMs: number;
  /** From so many requests on they wait no longer. */
  readonly batchSize: number;
  /** The same for the bytes of their bodies. */
  readonly batchBytes: number;
}

interface Gathering {
  readonly rows: Map<string, RowToShelve & { readonly records: KafkaRecord[] }>;
  size: number;
  bytes: number;
  /** Resolves to the claims whose records are stored: a partition may be lost and taken again meanwhile. */
  readonly stored: Promise<ReadonlySet<PartitionClaim>>;
  readonly store: () => void;
}

/** Gathers what is to be shelved from the batches of all partitions for a moment, so that a row has many of a webhook. */
export class Shelving {
  private gathering: Gathering | undefined;

  constructor(
    private readonly shelf: Pick<Shelf, 'put'>,
    private readonly options: ShelvingOptions,
    /** Something was stored, or may have been where PostgreSQL could not say so. */
    private readonly onStored: () => void,
  ) {}

  /** Resolves to whether the records, each with a key, are stored; false where the claim holds no longer. */
  async shelve(claim: PartitionClaim, records: readonly KafkaRecord[]): Promise<boolean> {
    const gathering = (this.gathering ??= this.begin());
    for (const record of records) {
      const webhookId = String(record.key);
      const name = `${webhookId}/${claim.partition}/${claim.epoch}`;
      const row = gathering.rows.get(name);
      if (row) row.records.push(record);
      else gathering.rows.set(name, { claim, webhookId, records: [record] });
      gathering.size += countOfRequests(record.headers);
      gathering.bytes += record.value?.length ?? 0;
    }
    if (gathering.size >= this.options.batchSize || gathering.bytes >= this.options.batchBytes) gathering.store();
    return (await gathering.stored).has(claim);
  }

  private begin(): Gathering {
    const rows: Gathering['rows'] = new Map();
    let store = (): void => undefined;
    const full = new Promise<void>((resolve) => (store = resolve));
    const timer = setTimeout(store, this.options.lingerMs);
    const stored = full.then(() => {
      clearTimeout(timer);
      this.gathering = undefined;
      return this.shelf.put([...rows.values()]).finally(this.onStored);
    });
    return { rows, size: 0, bytes: 0, stored, store };
  }
}
