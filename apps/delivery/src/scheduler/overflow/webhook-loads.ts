import type { DeliveryTask } from '../delivery-task.ts';
import type { Memory } from '../memory.ts';
import type { SchedulerPorts } from '../ports.ts';
import type { Step } from '../step.ts';
import type { WebhookLoad } from './overflow.policy.ts';

const NO_LOAD: WebhookLoad = {
  sinceProgressMs: 0,
  waiting: 0,
  behindOthers: 0,
  perSecond: Number.POSITIVE_INFINITY,
  attemptMs: 0,
};

/** Answers what the sources of work ask about single webhooks. Times in milliseconds, `now` since the epoch. */
export class WebhookLoads {
  constructor(
    private readonly memory: Memory,
    private readonly ports: Pick<SchedulerPorts, 'directory'>,
    private readonly step: Pick<Step, 'isServing'>,
  ) {}

  of(webhookId: string, now: number): WebhookLoad {
    const queue = this.memory.queues.find(webhookId);
    // Nothing of the webhook is here any more: its deliveries wait for PostgreSQL alone.
    if (queue === undefined) return { ...NO_LOAD, sinceProgressMs: Number.POSITIVE_INFINITY };
    // While this replica starts nothing, a webhook without progress is not slow.
    if (!this.step.isServing) return NO_LOAD;
    const { lanes } = this.memory;
    return {
      sinceProgressMs: now - queue.progressAt,
      waiting: queue.length + lanes.waitingCount(webhookId),
      behindOthers: lanes.longestWait(webhookId),
      perSecond: this.ports.directory.get(webhookId)?.rateLimitPerSecond ?? Number.POSITIVE_INFINITY,
      attemptMs: queue.attemptMs,
    };
  }

  /** The webhook is slow: its deliveries are late because of it, not of us. */
  noteSlow(webhookId: string, now: number): void {
    const queue = this.memory.queues.find(webhookId);
    if (queue && queue.inFlight > 0) queue.keptWaitingAt = now;
  }

  /** The webhook's circuit is open, or none of its attempts has ended for `stalledMs`. */
  takesNothing(webhookId: string, stalledMs: number, now: number): boolean {
    if (!this.step.isServing) return false;
    if (this.memory.passage(webhookId) === 'open') return true;
    const queue = this.memory.queues.find(webhookId);
    return queue !== undefined && queue.inFlight > 0 && now - queue.progressAt >= stalledMs;
  }

  /** The webhook's circuit is not open, none of its deliveries is parked, and the deliveries that wait here can go out soon. */
  isReady(webhookId: string): boolean {
    if (this.memory.passage(webhookId) === 'open') return false;
    const queue = this.memory.queues.find(webhookId);
    if (queue === undefined) return true;
    return queue.length <= this.memory.queues.soonOf(queue) && queue.parking === 0 && !queue.hasParked;
  }

  /**
   * The webhook's fresh deliveries that will not be tried within this time at its present speed. The speed is an estimate from
   * the average duration of its attempts; before the first attempt has ended no delivery counts as far behind.
   */
  farBehind(webhookId: string, ms: number): ReadonlySet<DeliveryTask> {
    const queue = this.memory.queues.find(webhookId);
    if (!queue || queue.attemptMs === 0) return new Set();
    return queue.freshBehind((ms / queue.attemptMs) * this.memory.slotsOf(queue));
  }

  /** Whether the webhook has deliveries that wait in memory, are parked, or are on the wire. */
  isOccupied(webhookId: string): boolean {
    const queue = this.memory.queues.find(webhookId);
    return queue !== undefined && (queue.length > 0 || queue.inFlight > 0 || queue.hasParked || queue.parking > 0);
  }

  /** Webhooks with deliveries that wait, in memory here or parked in PostgreSQL. */
  *waiting(): Iterable<string> {
    for (const { webhookId, length, hasParked } of this.memory.queues.all())
      if (length > 0 || hasParked) yield webhookId;
  }
}
