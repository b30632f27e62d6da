import type { SlotKind, Slots } from './slots.ts';
import type { WebhookQueue } from './webhook-queue.ts';

/** Queues with waiting deliveries that found no free slot: they are served in turn, for each kind of slot. */
export class SlotTurns {
  private readonly rings: Readonly<Record<SlotKind, Set<WebhookQueue>>> = { fresh: new Set(), stored: new Set() };

  get isEmpty(): boolean {
    return this.rings.fresh.size === 0 && this.rings.stored.size === 0;
  }

  /** At the end of the line for whatever waits in it; where it stands in line already it keeps its place. */
  add(queue: WebhookQueue): void {
    if (queue.count('fresh') > 0) this.rings.fresh.add(queue);
    if (queue.count('stored') > 0) this.rings.stored.add(queue);
  }

  /** The next for a slot that is free; it has to ask again for another. */
  next(slots: Slots): WebhookQueue | undefined {
    return this.nextOf('fresh', slots) ?? this.nextOf('stored', slots);
  }

  delete(queue: WebhookQueue): void {
    this.rings.fresh.delete(queue);
    this.rings.stored.delete(queue);
  }

  private nextOf(kind: SlotKind, slots: Slots): WebhookQueue | undefined {
    if (!slots.isFree(kind)) return undefined;
    for (const queue of this.rings[kind]) {
      this.rings[kind].delete(queue);
      return queue;
    }
    return undefined;
  }
}
