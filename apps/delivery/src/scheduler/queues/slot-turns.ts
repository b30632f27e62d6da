import type { SlotKind, Slots } from '../limits/slots.ts';
import type { WebhookQueue } from './webhook-queue.ts';

/** The tenants in the order of their turns, and for each the queues in the order of theirs. */
type Ring = Map<string, Set<WebhookQueue>>;

/**
 * Queues with waiting deliveries that found no free slot. For each kind of slot the tenants are served in turn, and the
 * webhooks of each in turn: a tenant with a thousand webhooks gets as many turns as a tenant with one.
 */
export class SlotTurns {
  private readonly rings: Readonly<Record<SlotKind, Ring>> = { fresh: new Map(), stored: new Map() };

  get isEmpty(): boolean {
    return this.rings.fresh.size === 0 && this.rings.stored.size === 0;
  }

  /**
   * Puts the queue at the end of the line, for each kind of delivery that waits in it. A queue that stands in line already
   * keeps its place.
   */
  add(queue: WebhookQueue): void {
    if (queue.count('fresh') > 0) enter(this.rings.fresh, queue);
    if (queue.count('stored') > 0) enter(this.rings.stored, queue);
  }

  /** The queue whose turn it is, if a slot is free for it. It gets one turn: for another one it has to be added again. */
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
