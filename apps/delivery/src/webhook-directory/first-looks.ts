import type { Monotonic } from '@signet/contracts';
import { LRUCache } from 'lru-cache';

/**
 * How many deliveries that wait for a snapshot are remembered, about 200 bytes each. If there are more, a forgotten one
 * starts its wait again.
 */
const REMEMBERED = 20_000;

/**
 * When deliveries began to wait here for a snapshot. The times in a delivery's row come from the clock of another machine, so
 * the wait is counted by this replica's monotonic clock, from its first check.
 */
export class FirstLooks {
  private readonly looks: LRUCache<string, { readonly change: string; readonly at: number }>;

  constructor(
    private readonly monotonic: Monotonic,
    remembered = REMEMBERED,
  ) {
    this.looks = new LRUCache({ max: remembered });
  }

  /** @param change identifies the delivery's last event: after a new event the wait starts again */
  msSince(deliveryId: string, change: string): number {
    const now = this.monotonic();
    const known = this.looks.get(deliveryId);
    if (known?.change === change) return now - known.at;
    this.looks.set(deliveryId, { change, at: now });
    return 0;
  }
}
