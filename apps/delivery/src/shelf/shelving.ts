import { countOfRequests } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import type { PartitionClaim } from '../partitions/ownership.ts';
import type { RowToShelve, Shelf } from './shelf.ts';

export interface ShelvingOptions {
  /** How long records may wait for others, milliseconds. */
  readonly lingerMs: number;
  /** From this many requests on, they are stored without further wait. */
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

/**
 * Collects the records to be shelved from the batches of all partitions for a moment, so that each row has many records of
 * one webhook.
 *
 * It is no `Batcher`: it waits for others even when nothing is being stored, groups the records while it collects them, and may
 * store several collections at once.
 */
export class Shelving {
  private gathering: Gathering | undefined;

  constructor(
    private readonly shelf: Pick<Shelf, 'put'>,
    private readonly options: ShelvingOptions,
    /** Called when rows were stored, or may have been stored although the statement failed. */
    private readonly onStored: () => void,
  ) {}

  /** Stores the records, each of which has a key. Resolves to false, with nothing stored, if the claim no longer holds. */
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
