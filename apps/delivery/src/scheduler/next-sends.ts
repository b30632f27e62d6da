import type { Waited } from '../metrics/lateness.policy.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { DeliveryTask } from './delivery-task.ts';
import type { Leaving } from './leaving.ts';
import { RateLimits } from './limits/rate-limits.ts';
import { Slots } from './limits/slots.ts';
import type { Memory } from './memory.ts';
import type { SchedulerPorts, SchedulerSettings } from './ports.ts';
import type { WebhookQueue } from './queues/webhook-queue.ts';
import type { Step } from './step.ts';

/** Which delivery is sent next: by the slots of all webhooks and of each, by turns, and by rate limits. */
export class NextSends {
  private readonly slots: Slots;
  private readonly rates = new RateLimits();
  private urgentOnTheWire = 0;

  constructor(
    private readonly memory: Memory,
    private readonly leaving: Leaving,
    private readonly ports: SchedulerPorts,
    private readonly settings: SchedulerSettings,
    private readonly step: Step,
  ) {
    this.slots = new Slots(settings.total, () => ports.platform.limit());
  }

  get attemptsInFlight(): number {
    return this.slots.inFlight + this.urgentOnTheWire;
  }

  /**
   * Sends what the queue may send.
   *
   * @param slots how many slots the queue may take while other queues wait for slots, too
   */
  pump(queue: WebhookQueue, slots = Number.POSITIVE_INFINITY): void {
    if (!this.step.isServing) return;
    this.startUrgent(queue);
    while (queue.length > 0 && queue.inFlight < this.memory.slotsOf(queue)) {
      if (this.memory.passage(queue.webhookId) === 'open') return this.parkAll(queue);
      if (!queue.hasNext(this.slots)) return this.memory.turns.add(queue);
      if (slots <= 0 && !this.memory.turns.isEmpty) return this.memory.turns.add(queue);
      if (this.isPaced(queue)) return;
      const task = queue.shift(this.slots);
      if (task && this.start(task, queue)) slots -= 1;
    }
    if (this.memory.queues.wantsMore(queue)) this.step.emit({ type: 'Refill' });
    this.memory.letGo(queue);
  }

  /**
   * A slot of the queue is free. If other queues wait for slots, this queue goes to the end of the line: otherwise it would
   * take its own slot again for ever.
   */
  pumpAfter(queue: WebhookQueue): void {
    if (this.memory.turns.isEmpty) return this.pump(queue);
    if (this.step.isServing) this.startUrgent(queue);
    if (queue.length > 0) this.memory.turns.add(queue);
    else this.pump(queue);
    this.useFreeSlots();
  }

  /** More slots may be free than when the queues took their turns. */
  useFreeSlots(): void {
    for (let next = this.memory.turns.next(this.slots); next; next = this.memory.turns.next(this.slots))
      this.pump(next, 1);
  }

  /** The POST has ended. */
  ended(task: DeliveryTask, queue: WebhookQueue): void {
    if (task.isUrgent) {
      this.urgentOnTheWire -= 1;
      return queue.askedEnded();
    }
    queue.progressAt = this.step.now;
    queue.ended(task.slotKind);
    this.giveSlotBack(task, queue);
  }

  /**
   * Gives back the slot that all webhooks share, as soon as the POST has ended. A failure that waits for its verdict keeps
   * only its webhook's own slot: a verdict may take a minute, and failures of many webhooks would stall all others for that
   * time.
   */
  giveSlotBack(task: DeliveryTask, queue: WebhookQueue): void {
    if (task.place.at !== 'wire' || !task.place.hasSlot) return;
    task.place = { ...task.place, hasSlot: false };
    this.slots.giveBack(task.slotKind, queue.tenantId);
  }

  /** The time has come at which the webhook's rate limit allows an attempt. */
  woken(webhookId: string): void {
    this.rates.woken(webhookId);
  }

  /**
   * Notes that the webhook itself makes its deliveries wait (circuit, limit, order, slow receiver). Deliveries that are late
   * because of that are counted as the receiver's lateness, not as ours.
   */
  keepWaiting(queue: WebhookQueue): void {
    queue.keptWaitingAt = this.step.now;
  }

  private parkAll(queue: WebhookQueue): void {
    if (!this.memory.isHeldByPlatform(queue.webhookId)) this.keepWaiting(queue);
    this.leaving.park(queue.drain());
  }

  /** Whether the webhook's rate limit allows no POST now. `Tick` resumes the queue when the limit allows one. */
  private isPaced(queue: WebhookQueue): boolean {
    const { webhookId } = queue;
    const { now } = this.step;
    const perSecond = this.ports.directory.get(webhookId)?.rateLimitPerSecond ?? null;
    if (perSecond === null) return false;
    const waitMs = this.rates.waitMs(webhookId, perSecond, queue.servedSince, now);
    if (waitMs <= 0) return false;
    this.keepWaiting(queue);
    if (this.rates.planWake(webhookId)) this.step.emit({ type: 'WakeAt', webhookId, at: now + waitMs });
    return true;
  }

  /**
   * Starts the deliveries that people asked for. They take no slot of their webhook or tenant, and neither circuit nor rate
   * limit holds them back.
   */
  private startUrgent(queue: WebhookQueue): void {
    for (let task = queue.startAsked(); task; task = queue.startAsked()) {
      const webhook = this.servable(task);
      if (!webhook) {
        queue.askedEnded();
        continue;
      }
      task.cause = 'person';
      this.urgentOnTheWire += 1;
      this.send(task, queue, webhook, false);
    }
  }

  /** Returns whether a POST has begun. */
  private start(task: DeliveryTask, queue: WebhookQueue): boolean {
    const webhook = this.servable(task);
    if (!webhook) return false;
    if (queue.inFlight === 0) queue.progressAt = this.step.now;
    queue.started(task.slotKind);
    this.slots.take(task.slotKind, queue.tenantId);
    const cause = this.ports.circuits.begin(task.webhookId);
    task.cause = cause === 'schedule' && task.isAskedFor ? 'person' : cause;
    this.send(task, queue, webhook, true);
    return true;
  }

  /** The webhook, if the task may be sent now. Otherwise undefined, and the task has been dropped, parked or ended. */
  private servable(task: DeliveryTask): RoutedWebhook | undefined {
    const { claims, directory } = this.ports;
    if (!claims.owns(task)) {
      this.leaving.drop(task);
      return undefined;
    }
    if (!claims.isMember()) {
      this.leaving.park([task]);
      return undefined;
    }
    const webhook = directory.get(task.webhookId);
    const reason = claims.reasonToEnd(task.webhookId);
    if (webhook && !reason) return webhook;
    this.leaving.end(task, reason ?? 'deleted');
    return undefined;
  }

  private send(task: DeliveryTask, queue: WebhookQueue, webhook: RoutedWebhook, hasSlot: boolean): void {
    const { now } = this.step;
    task.place = { at: 'wire', endsAt: now + (webhook.requestTimeoutMs ?? this.settings.requestTimeoutMs), hasSlot };
    task.keptWaitingBy = this.whoKeptWaiting(task, queue);
    this.ports.platform.begin(task.webhookId);
    if (webhook.rateLimitPerSecond !== null) this.rates.started(webhook.id, webhook.rateLimitPerSecond, now);
    this.step.emit({ type: 'Send', task, webhook, at: new Date(now) });
  }

  /**
   * Why the task had to wait since its message was accepted: because of the platform, of the receiver, or of neither (null).
   * A fault of the platform is checked first, because it also makes receivers look slow and requests be shelved. If this
   * judgement is wrong, only the lateness metric is wrong.
   */
  private whoKeptWaiting({ acceptedAt, wasShelved }: DeliveryTask, queue: WebhookQueue): Waited | null {
    if (acceptedAt !== null && this.ports.platform.hasBeenAtFaultSince(acceptedAt)) return 'platform';
    const isOfReceiver = wasShelved || (acceptedAt !== null && queue.keptWaitingAt >= acceptedAt);
    return isOfReceiver ? 'receiver' : null;
  }
}
