import type { CircuitState } from '../../circuit/circuits.ts';
import type { WebhookDirectory } from '../../webhook-directory/webhook-directory.ts';
import type { DeliveryTask } from '../delivery-task.ts';
import type { ParkedWebhook } from '../../work-queue/due-deliveries.ts';
import { refillSize } from '../limits/refill-size.ts';
import type { Speed } from '../limits/refill-size.ts';
import { Shares } from '@signet/async';
import { WebhookQueue } from './webhook-queue.ts';

/** In its tenant's share of the memory a delivery counts as one, plus one for each so many bytes of its body. */
const BYTES_OF_ONE = 16_384;

export interface WebhookQueuesParts {
  readonly directory: Pick<WebhookDirectory, 'get'>;
  readonly circuitState: (webhookId: string) => CircuitState;
  /** POSTs to one webhook at once. */
  readonly perWebhook: number;
  /** Deliveries leased from PostgreSQL in memory at once, all webhooks together. */
  readonly leased: number;
}

/** A read of parked deliveries of one webhook. */
export interface Refill {
  readonly webhookId: string;
  /** How many to read. */
  readonly limit: number;
  readonly queue: WebhookQueue;
  /** How many deliveries had been parked when the read began. */
  readonly parkingCount: number;
}

/** The queues of the webhooks that have deliveries here or parked, and the limits for how many of these may be in memory. */
export class WebhookQueues {
  private readonly queues = new Map<string, WebhookQueue>();
  /**
   * Memory that deliveries leased from PostgreSQL take, by tenant: slow webhooks of one tenant must not fill the memory that
   * others need.
   */
  private readonly memory: Shares;

  constructor(private readonly parts: WebhookQueuesParts) {
    this.memory = new Shares(parts.leased);
  }

  find(webhookId: string): WebhookQueue | undefined {
    return this.queues.get(webhookId);
  }

  of(webhookId: string): WebhookQueue {
    let queue = this.queues.get(webhookId);
    if (!queue) {
      queue = new WebhookQueue(webhookId, this.parts.directory.get(webhookId)?.tenantId ?? '');
      this.queues.set(webhookId, queue);
    }
    return queue;
  }

  all(): Iterable<WebhookQueue> {
    return this.queues.values();
  }

  delete({ webhookId }: WebhookQueue): void {
    this.queues.delete(webhookId);
  }

  /** A delivery is in memory from here on. */
  enter(task: DeliveryTask): void {
    if (task.stored === 0) return;
    task.weight = 1 + Math.floor(task.body.length / BYTES_OF_ONE);
    this.memory.take(tenantOf(task), task.weight);
  }

  leave(task: DeliveryTask): void {
    if (task.weight > 0) this.memory.give(tenantOf(task), task.weight);
    task.weight = 0;
  }

  /**
   * Whether there is no room for the task. Only as many deliveries of the backlog in PostgreSQL wait in memory as can be
   * tried soon. Fresh deliveries have room of their own.
   */
  isFull(task: DeliveryTask): boolean {
    if (task.stored > 0 && !this.memory.allows(tenantOf(task))) return true;
    const queue = this.queues.get(task.webhookId);
    return queue !== undefined && task.slotKind === 'stored' && this.isFullOfStored(queue);
  }

  /** Whether it is time to read more of the webhook's parked deliveries. */
  wantsMore(queue: WebhookQueue): boolean {
    return queue.hasParked && !queue.isRefilling && queue.count('stored') < refillSize(this.speedOf(queue)) / 2;
  }

  /** Marks webhooks that have parked deliveries in PostgreSQL, for instance left by an earlier owner. */
  adoptParked(webhooks: readonly ParkedWebhook[]): void {
    for (const { webhookId, isOrdered } of webhooks) {
      const queue = this.of(webhookId);
      queue.markParked();
      queue.isOrdered ||= isOrdered;
    }
  }

  /**
   * Begins to read parked deliveries of the webhooks that have room for more: how many of each; together at most `deliveries`. The
   * webhooks that are returned come last in the next call, and the event `Refilled` ends the reads.
   */
  beginRefills(deliveries: number): Refill[] {
    const found: Refill[] = [];
    let left = Math.min(deliveries, this.roomForLeased);
    for (const queue of this.queues.values()) {
      if (left <= 0) break;
      if (!queue.hasParked || queue.isRefilling || !this.memory.allows(queue.tenantId)) continue;
      const state = this.parts.circuitState(queue.webhookId);
      if (state === 'open') continue;
      const room = state === 'probe' ? 1 : refillSize(this.speedOf(queue));
      const limit = Math.min(left, room - queue.count('stored'));
      if (limit <= 0) continue;
      left -= limit;
      found.push({ webhookId: queue.webhookId, limit, queue, parkingCount: queue.parkingCount });
    }
    for (const { webhookId, queue } of found) {
      queue.isRefilling = true;
      this.queues.delete(webhookId);
      this.queues.set(webhookId, queue);
    }
    return found;
  }

  /** Webhooks with parked deliveries and no room for more: their other due deliveries can be parked, too. */
  crowded(): string[] {
    const isFull = (queue: WebhookQueue): boolean => this.isFullOfStored(queue) || !this.memory.allows(queue.tenantId);
    return [...this.queues.values()]
      .filter((queue) => queue.hasParked && isFull(queue))
      .map(({ webhookId }) => webhookId);
  }

  /**
   * How many more deliveries may be leased from PostgreSQL. Deliveries that come from Kafka have room of their own
   * (`PARTITION_ROOM`).
   */
  get roomForLeased(): number {
    return Math.max(0, this.memory.free);
  }

  /** How many deliveries the queue can send while PostgreSQL is asked for more: so many may wait when more are read. */
  soonOf(queue: WebhookQueue): number {
    return 2 * refillSize(this.speedOf(queue));
  }

  private isFullOfStored(queue: WebhookQueue): boolean {
    return queue.count('stored') >= this.soonOf(queue);
  }

  private speedOf({ webhookId, attemptMs }: WebhookQueue): Speed {
    const perSecond = this.parts.directory.get(webhookId)?.rateLimitPerSecond ?? null;
    return { slots: this.parts.perWebhook, attemptMs, perSecond };
  }
}

const tenantOf = (task: DeliveryTask): string => task.row?.tenantId ?? '';
