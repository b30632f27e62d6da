import type { SlotKind, Slots } from './slots.ts';
import type { WebhookQueue } from './webhook-queue.ts';

/** Tenants in turn, and of each its queues in turn. */
type Ring = Map<string, Set<WebhookQueue>>;

/**
 * Queues with waiting deliveries that found no free slot. For each kind of slot the tenants are served in turn, and the
 * webhooks of each in turn: a thousand webhooks of one tenant count for no more than the only one of another.
 */
export class SlotTurns {
  private readonly rings: Readonly<Record<SlotKind, Ring>> = { fresh: new Map(), stored: new Map() };

  get isEmpty(): boolean {
    return this.rings.fresh.size === 0 && this.rings.stored.size === 0;
  }

  /** At the end of the line for whatever waits in it; where it stands in line already it keeps its place. */
  add(queue: WebhookQueue): void {
    if (queue.count('fresh') > 0) enter(this.rings.fresh, queue);
    if (queue.count('stored') > 0) enter(this.rings.stored, queue);
  }

  /** The next for a slot that is free; it has to ask again for another. */
  next(slots: Slots): WebhookQueue | undefined {
    return this.nextOf('fresh', slots) ?? this.nextOf('stored', slots);
  }

  delete(queue: WebhookQueue): void {
    for (const ring of [this.rings.fresh, this.rings.stored]) leave(ring, queue);
  }

  private nextOf(kind: SlotKind, slots: Slots): WebhookQueue | undefined {
    const ring = this.rings[kind];
    if (ring.size === 0 || !slots.isAnyFree(kind)) return undefined;
    for (const [tenantId, queues] of ring) {
      if (!slots.isFree(kind, tenantId)) continue;
      const [queue] = queues;
      ring.delete(tenantId);
      if (queues.size > 1) ring.set(tenantId, queues);
      if (queue) queues.delete(queue);
      return queue;
    }
    return undefined;
  }
}

function enter(ring: Ring, queue: WebhookQueue): void {
  const queues = ring.get(queue.tenantId);
  if (queues) queues.add(queue);
  else ring.set(queue.tenantId, new Set([queue]));
}

function leave(ring: Ring, queue: WebhookQueue): void {
  const queues = ring.get(queue.tenantId);
  queues?.delete(queue);
  if (queues?.size === 0) ring.delete(queue.tenantId);
}
