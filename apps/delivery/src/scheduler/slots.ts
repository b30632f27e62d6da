import { Shares } from './shares.ts';

/** `fresh` just came from Kafka; `stored` was read from PostgreSQL (a retry, or what did not fit into memory), or is a replay. */
export type SlotKind = 'fresh' | 'stored';

/** This share of all slots is kept for either kind, however much there is of the other. */
const RESERVED = 1 / 8;
/** The largest share of all slots that one webhook may have. */
const SHARE_OF_WEBHOOK = 1 / 8;

/** POSTs to one webhook at once. */
export const slotsOfWebhook = (wanted: number, total: number): number =>
  Math.min(wanted, Math.max(1, Math.floor(total * SHARE_OF_WEBHOOK)));

/**
 * How many POSTs this replica has on the wire, of how many at once. A storm of retries leaves slots for what is fresh, and
 * the other way round; a tenant whose thousand webhooks all hang leaves as many as it has to the others.
 */
export class Slots {
  private readonly taken: Record<SlotKind, number> = { fresh: 0, stored: 0 };
  private readonly tenants: Shares;
  private readonly mostOfAKind: number;

  constructor(
    private readonly total: number,
    /** So many at most for now. */
    private readonly limit: () => number = () => Number.POSITIVE_INFINITY,
  ) {
    this.tenants = new Shares(total);
    this.mostOfAKind = total - Math.floor(total * RESERVED);
  }

  get inFlight(): number {
    return this.taken.fresh + this.taken.stored;
  }

  isFree(kind: SlotKind, tenantId: string): boolean {
    return this.tenants.allows(tenantId, this.free(kind));
  }

  /** Whether there is any, for a tenant that has none yet. */
  isAnyFree(kind: SlotKind): boolean {
    return this.free(kind) > 0;
  }

  take(kind: SlotKind, tenantId: string): void {
    this.taken[kind] += 1;
    this.tenants.take(tenantId);
  }

  giveBack(kind: SlotKind, tenantId: string): void {
    this.taken[kind] -= 1;
    this.tenants.give(tenantId);
  }

  private free(kind: SlotKind): number {
    return Math.min(Math.min(this.total, this.limit()) - this.inFlight, this.mostOfAKind - this.taken[kind]);
  }
}
