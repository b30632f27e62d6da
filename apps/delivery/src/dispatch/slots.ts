/** `fresh` just came from Kafka; `stored` was read from PostgreSQL: a retry, or what did not fit into memory. */
export type SlotKind = 'fresh' | 'stored';

/** This share of all slots is kept for either kind, however much there is of the other. */
const RESERVED = 1 / 8;

/**
 * How many POSTs this replica has on the wire, of how many at once. A storm of retries leaves slots for what is fresh, and
 * the other way round.
 */
export class Slots {
  private readonly taken: Record<SlotKind, number> = { fresh: 0, stored: 0 };
  private readonly mostOfAKind: number;

  constructor(private readonly total: number) {
    this.mostOfAKind = total - Math.floor(total * RESERVED);
  }

  get inFlight(): number {
    return this.taken.fresh + this.taken.stored;
  }

  isFree(kind: SlotKind): boolean {
    return this.inFlight < this.total && this.taken[kind] < this.mostOfAKind;
  }

  take(kind: SlotKind): void {
    this.taken[kind] += 1;
  }

  free(kind: SlotKind): void {
    this.taken[kind] -= 1;
  }
}
