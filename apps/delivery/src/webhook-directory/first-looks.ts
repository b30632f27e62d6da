import type { Monotonic } from '@signet/contracts';
import { LRUCache } from 'lru-cache';

/** So many deliveries that wait for a snapshot are remembered, about 200 bytes each; one beyond waits anew. */
const REMEMBERED = 20_000;

/**
 * Since when deliveries wait here for a snapshot. The times in a delivery's row come from the clock of another machine, so
 * that the wait is counted from when this replica first looked, by its monotonic clock.
 */
export class FirstLooks {
  private readonly looks = new LRUCache<string, { readonly change: string; readonly at: number }>({ max: REMEMBERED });

  constructor(private readonly monotonic: Monotonic) {}

  /** @param change tells the last thing that happened to the delivery from others: after another one it waits anew */
  msSince(deliveryId: string, change: string): number {
    const now = this.monotonic();
    const known = this.looks.get(deliveryId);
    if (known?.change === change) return now - known.at;
    this.looks.set(deliveryId, { change, at: now });
    return 0;
  }
}
