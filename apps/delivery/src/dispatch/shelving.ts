import { countOfRequests } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import type { PartitionClaim } from './ownership.ts';
import type { Bundle, Shelf } from './shelf.ts';

export interface ShelvingOptions {
  /** How long records may wait for others, milliseconds. */
  readonly lingerMs: number;
  /** From so many requests on they wait no longer. */
  readonly batchSize: number;
}

interface Gathering {
  readonly bundles: Map<string, Bundle & { readonly records: KafkaRecord[] }>;
  size: number;
  /** Resolves to the partitions whose records are stored. */
  readonly stored: Promise<ReadonlySet<number>>;
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
      const bundle = gathering.bundles.get(name);
      if (bundle) bundle.records.push(record);
      else gathering.bundles.set(name, { claim, webhookId, records: [record] });
      gathering.size += countOfRequests(record.headers);
    }
    if (gathering.size >= this.options.batchSize) gathering.store();
    return (await gathering.stored).has(claim.partition);
  }

  private begin(): Gathering {
    const bundles: Gathering['bundles'] = new Map();
    let store = (): void => undefined;
    const full = new Promise<void>((resolve) => (store = resolve));
    const timer = setTimeout(store, this.options.lingerMs);
    const stored = full.then(() => {
      clearTimeout(timer);
      this.gathering = undefined;
      return this.shelf.put([...bundles.values()]).finally(this.onStored);
    });
    return { bundles, size: 0, stored, store };
  }
}
