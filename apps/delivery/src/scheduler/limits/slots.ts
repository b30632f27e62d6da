import { Shares } from '@signet/async';

/**
 * `fresh`: a delivery that just came from Kafka. `stored`: one that was read from PostgreSQL (a retry, or one that did not
 * fit into memory), or a replay.
 */
export type SlotKind = 'fresh' | 'stored';

/** This share of all slots is reserved for each kind, however many deliveries of the other kind wait. */
const RESERVED = 1 / 8;
/** The largest share of all slots that one webhook may have. */
const SHARE_OF_WEBHOOK = 1 / 8;

/** POSTs to one webhook at once. */
export const slotsOfWebhook = (wanted: number, total: number): number =>
  Math.min(wanted, Math.max(1, Math.floor(total * SHARE_OF_WEBHOOK)));

/**
 * The slots of this replica: how many POSTs are on the wire, and how many may be. Many retries at once leave slots for fresh
 * deliveries, and the other way round. A tenant whose thousand webhooks all hang can take at most half of the slots; the
 * others remain for other tenants.
 */
export class Slots {
  private readonly taken: Record<SlotKind, number> = { fresh: 0, stored: 0 };
  private readonly tenants: Shares;
  private readonly mostOfAKind: number;

  constructor(
    private readonly total: number,
    /** A lower limit that holds for now, while the platform recovers from a fault. */
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

  /** Whether a slot of this kind is free for a tenant that holds none yet. */
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
