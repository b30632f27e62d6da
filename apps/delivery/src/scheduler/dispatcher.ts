import { setTimeout as wait } from 'node:timers/promises';
import type { AbandonReason } from '@signet/contracts';
import type { EndedAttempt } from '../circuit/circuit.policy.ts';
import type { CircuitState } from '../circuit/circuits.ts';
import type { Due } from '../delivery/storage/delivery.log.ts';
import { scheduledDelayMs } from '../delivery/retry-schedule.ts';
import type { Waited } from '../metrics/lateness.policy.ts';
import { settledBefore } from '../settled-before.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { CompletedAttempt } from '../attempt/attempt.ts';
import { ChangesSince } from './changes-since.ts';
import type { LeftSince } from './changes-since.ts';
import type { DeliveryTask } from './delivery-task.ts';
import type { DispatcherParts } from './dispatcher.parts.ts';
import { Shares } from './shares.ts';
import { Slots } from './slots.ts';
import { SlotTurns } from './slot-turns.ts';
import { SubjectLanes } from './subject-lanes.ts';
import type { LaneWatch } from './subject-lanes.ts';
import { waitForSnapshotMs } from '../webhook-directory/wait-for-snapshot.policy.ts';
import type { WebhookQueue } from './webhook-queue.ts';
import { WebhookQueues } from './webhook-queues.ts';

/**
 * Serves the webhooks of this replica's partitions. Each webhook has a queue and a small concurrency of its own, so a
 * slow one costs only itself; what cannot be tried soon is parked in PostgreSQL and comes back when there is room.
 */
export class Dispatcher {
  private readonly tasks = new Map<string, DeliveryTask>();
  readonly queues: WebhookQueues;
  private readonly lanes = new SubjectLanes();
  private readonly changes = new ChangesSince();
  private readonly slots: Slots;
  private readonly turns = new SlotTurns();
  private readonly underWay = new Set<Promise<void>>();
  /** Deliveries that people asked for, by tenant: beside all slots, so that there is a bound of their own for them. */
  private readonly urgent: Shares;
  private urgentOnTheWire = 0;
  private isDraining = false;
  /** Nothing is started: what waits may be somebody else's in a moment. */
  isSuspended = true;

  constructor(private readonly parts: DispatcherParts) {
    this.slots = new Slots(parts.limits.total, () => parts.platform.limit());
    this.urgent = new Shares(Math.ceil(parts.limits.total * URGENT_SHARE));
    this.queues = new WebhookQueues({
      directory: parts.directory,
      circuitState: (webhookId) => this.passage(webhookId),
      ...parts.limits,
    });
  }

  /**
   * Takes a delivery over. A repeat of one already in hand waits for that one.
   *
   * @param isBehindStored PostgreSQL may hold some of its subject that must go before it
   */
  offer(task: DeliveryTask, isBehindStored = false): void {
    const known = this.tasks.get(task.id);
    if (known) {
      if (this.hurry(known, task)) return;
      if (task.stored > 0) known.isLeasedAgain = true;
      else void known.whenDurable.then((isDurable) => (isDurable ? task.markDurable() : this.offer(task, true)));
      return;
    }
    const isFull = this.queues.isFull(task);
    this.enter(task);
    const reason = this.parts.reasonToEnd(task);
    if (reason) {
      void this.end(task, reason);
      return;
    }
    const queue = this.queues.of(task.webhookId);
    if (task.isAskedFor) this.markUrgent(task, queue);
    const isBlocked = !task.isUrgent && this.passage(task.webhookId) === 'open';
    const step = this.lanes.enter(task, isBehindStored);
    if ((isBlocked && !this.isHeldByPlatform(task.webhookId)) || step !== 'started') this.keepWaiting(queue);
    const isTooMuch = isFull && !task.isUrgent;
    if (isBlocked || isTooMuch || isBehindStored || step === 'leaving') void this.park([task]);
    else if (step === 'started') {
      queue.push(task);
      this.pump(queue);
    }
  }

  /**
   * A person asks for a delivery that waits here already: it goes before the others of its webhook, by what PostgreSQL says
   * of it now. False where that is not so.
   */
  private hurry(known: DeliveryTask, asked: DeliveryTask): boolean {
    if (asked.stored === 0 || asked.row === null || !asked.isAskedFor || known.isUrgent) return false;
    const queue = this.queues.find(known.webhookId);
    if (!queue || known.inFlight || known.writing || !this.mayBeUrgent(known, queue) || !queue.remove(known))
      return false;
    known.read(asked.row, asked.stored, asked.webhookVersion);
    known.markDurable();
    this.markUrgent(known, queue);
    queue.push(known);
    this.pump(queue);
    return true;
  }

  private mayBeUrgent(task: DeliveryTask, queue: WebhookQueue): boolean {
    return queue.takesUrgent && this.urgent.allows(tenantOf(task));
  }

  private markUrgent(task: DeliveryTask, queue: WebhookQueue): void {
    task.isUrgent = this.mayBeUrgent(task, queue);
    if (task.isUrgent) this.urgent.take(tenantOf(task));
  }

  /** @see SubjectLanes.watch */
  watchLanes(): LaneWatch {
    return this.lanes.watch();
  }

  /** @see ChangesSince */
  watchChanges(): LeftSince {
    return this.changes.watch();
  }

  /** The webhook takes no deliveries any more: what waits for it in memory ends. What is on the wire ends with its attempt. */
  endWaiting(webhookId: string): void {
    const queue = this.queues.find(webhookId);
    if (!queue) return;
    for (const task of this.lanes.waitingOf(webhookId)) {
      const reason = this.parts.reasonToEnd(task);
      if (reason) void this.end(task, reason);
    }
    for (const task of queue.drainAll()) {
      const reason = this.parts.reasonToEnd(task);
      if (reason) void this.end(task, reason);
      else queue.push(task);
    }
    this.pump(queue);
  }

  /**
   * Ends a delivery that was just leased from PostgreSQL. Resolves to false where it is in hand here already, so that it
   * may have to be looked at again.
   */
  async endLeased(task: DeliveryTask, reason: AbandonReason): Promise<boolean> {
    if (this.tasks.has(task.id)) return false;
    this.enter(task);
    await this.end(task, reason);
    return true;
  }

  /**
   * Whether none of the webhook's attempts has ended for `stalledMs`, or its rate limit or the order that it asks for keeps
   * what waits for longer than `ownLimitMs`. Milliseconds.
   */
  isSlow(webhookId: string, stalledMs: number, ownLimitMs: number): boolean {
    const queue = this.queues.find(webhookId);
    if (queue === undefined) return true;
    // While this replica starts nothing, a webhook without progress is not slow.
    if (this.isSuspended) return false;
    const isStalled = this.isStalled(queue, stalledMs);
    if (isStalled && queue.inFlight > 0) this.keepWaiting(queue);
    if (isStalled) return true;
    const behindOthers = this.lanes.waitingCount(webhookId);
    const perSecond = this.parts.directory.get(webhookId)?.rateLimitPerSecond ?? Number.POSITIVE_INFINITY;
    const paced = ((queue.length + behindOthers) / perSecond) * 1000;
    return Math.max(paced, behindOthers * queue.attemptMs) > ownLimitMs;
  }

  /** The webhook's circuit is open, or none of its attempts has ended for `stalledMs`. */
  takesNothing(webhookId: string, stalledMs: number): boolean {
    if (this.isSuspended) return false;
    if (this.passage(webhookId) === 'open') return true;
    const queue = this.queues.find(webhookId);
    return queue !== undefined && queue.inFlight > 0 && this.isStalled(queue, stalledMs);
  }

  /** Its circuit is not open, nothing of it is parked, and no more waits here than goes out at once. */
  isReady(webhookId: string): boolean {
    if (this.passage(webhookId) === 'open') return false;
    const queue = this.queues.find(webhookId);
    if (queue === undefined) return true;
    return queue.length <= this.slotsOf(queue) && queue.parking === 0 && !queue.hasParked;
  }

  /** Those fresh from Kafka that will not be tried within this time, milliseconds, at the webhook's present speed. */
  farBehind(webhookId: string, ms: number): ReadonlySet<DeliveryTask> {
    const queue = this.queues.find(webhookId);
    if (!queue || queue.attemptMs === 0) return new Set();
    return queue.freshBehind((ms / queue.attemptMs) * this.slotsOf(queue));
  }

  /** Hands to PostgreSQL what is still only a Kafka record, so that its offset need not wait for a slow receiver. */
  async spill(tasks: readonly DeliveryTask[]): Promise<void> {
    const onlyInMemory = tasks.filter((task) => task.stored === 0 && !task.writing && this.tasks.has(task.id));
    const waiting = onlyInMemory.filter(
      (task) => this.lanes.isWaiting(task) || this.queues.find(task.webhookId)?.remove(task),
    );
    const onTheWire = onlyInMemory.filter((task) => task.inFlight);
    const leaseEnd = this.parts.leaseEnd();
    const { store } = this.parts;
    await Promise.all([this.park(waiting), ...onTheWire.map((task) => store.store(task, () => leaseEnd))]);
  }

  /** The webhook's queue may go on: its circuit lets a probe through or has closed, or the webhook changed. */
  resume(webhookId: string): void {
    const queue = this.queues.find(webhookId);
    if (queue) this.pump(queue);
  }

  /**
   * Starts nothing more until `goOn`. Resolves when what is on the wire has ended and is recorded; after the grace the rest
   * is held in PostgreSQL, so that its outcome can still be recorded when somebody else has the partition.
   *
   * @param bound when it resolves at the latest, whatever PostgreSQL does
   * @returns whether all of it is recorded or held
   */
  async suspend(graceMs: number, bound: AbortSignal): Promise<boolean> {
    this.isSuspended = true;
    this.parts.withholdWaiting();
    this.parts.platform.settle();
    await Promise.race([Promise.all([...this.underWay]), wait(graceMs)]);
    await this.parts.store.hold(
      [...this.tasks.values()].filter(({ inFlight }) => inFlight),
      HOLD_MARGIN_MS,
      bound,
    );
    return settledBefore(bound, Promise.all([...this.tasks.values()].map(({ writing }) => writing)));
  }

  /** What waits is this replica's to serve. */
  goOn(): void {
    this.isSuspended = false;
    this.parts.platform.goOn();
    for (const queue of this.queues.all()) this.pump(queue);
  }

  /** Drops what waits under a claim that no longer holds: somebody else reads it from Kafka or PostgreSQL. */
  forgetLost(): DeliveryTask[] {
    return this.forget((task) => !this.parts.owns(task));
  }

  /** Starts nothing more, and drops what waits when every attempt on the wire has ended and is recorded. */
  async drain(): Promise<DeliveryTask[]> {
    this.isDraining = true;
    this.parts.platform.settle();
    await Promise.all([...this.underWay]);
    return this.forget(() => true);
  }

  /** Returns what is leased of it, which nobody will try before its lease ends. */
  private forget(isLost: (task: DeliveryTask) => boolean): DeliveryTask[] {
    const lost = [...this.tasks.values()].filter((task) => !task.inFlight && !task.writing && isLost(task));
    for (const task of lost) {
      this.queues.find(task.webhookId)?.remove(task);
      this.leave(task);
    }
    return lost.filter(({ stored }) => stored > 0);
  }

  get(deliveryId: string): DeliveryTask | undefined {
    return this.tasks.get(deliveryId);
  }

  get size(): number {
    return this.tasks.size;
  }

  get attemptsInFlight(): number {
    return this.slots.inFlight + this.urgentOnTheWire;
  }

  /** Whether something of the webhook waits in memory, or is on the wire. */
  isOccupied(webhookId: string): boolean {
    const queue = this.queues.find(webhookId);
    return queue !== undefined && (queue.length > 0 || queue.inFlight > 0 || queue.hasParked || queue.parking > 0);
  }

  /** What its circuit, and a fault of the platform, do to the webhook's deliveries. */
  private passage(webhookId: string): CircuitState {
    const ofPlatform = this.parts.platform.passage(webhookId);
    if (ofPlatform === 'open') return 'open';
    const ofCircuit = this.parts.circuits.state(webhookId);
    return ofCircuit === 'closed' ? ofPlatform : ofCircuit;
  }

  private isHeldByPlatform(webhookId: string): boolean {
    return this.parts.platform.passage(webhookId) === 'open';
  }

  /** All queues look again: a fault of the platform has begun or ended. */
  resumeAll(): void {
    for (const queue of [...this.queues.all()]) this.pump(queue);
  }

  /** More slots may be free than when the queues took their turns. */
  useFreeSlots(): void {
    for (let next = this.turns.next(this.slots); next; next = this.turns.next(this.slots)) this.pump(next, 1);
  }

  /** Webhooks that have something to send: here, or parked in PostgreSQL. */
  *webhooksWaiting(): Iterable<string> {
    for (const { webhookId, length, hasParked } of this.queues.all()) if (length > 0 || hasParked) yield webhookId;
  }

  private slotsOf(queue: WebhookQueue): number {
    return Math.min(queue.slots(this.parts.limits.perWebhook), this.parts.circuits.slots(queue.webhookId));
  }

  private isStalled(queue: WebhookQueue, ms: number): boolean {
    return this.parts.clock().getTime() - queue.progressAt >= ms;
  }

  /** From here on it is in hand. */
  private enter(task: DeliveryTask): void {
    this.tasks.set(task.id, task);
    this.queues.enter(task);
  }

  /** @param slots that it may take while others wait for some, too */
  private pump(queue: WebhookQueue, slots = Number.POSITIVE_INFINITY): void {
    if (this.isDraining || this.isSuspended) return;
    this.startUrgent(queue);
    while (queue.length > 0 && queue.inFlight < this.slotsOf(queue)) {
      if (this.passage(queue.webhookId) === 'open') {
        if (!this.isHeldByPlatform(queue.webhookId)) this.keepWaiting(queue);
        void this.park(queue.drain());
        return;
      }
      if (!queue.hasNext(this.slots)) return this.turns.add(queue);
      if (slots <= 0 && !this.turns.isEmpty) return this.turns.add(queue);
      if (this.isPaced(queue)) return;
      const task = queue.shift(this.slots);
      if (task && this.start(task, queue)) slots -= 1;
    }
    if (this.queues.wantsMore(queue)) this.parts.onRoom();
    this.letGo(queue);
  }

  /** Whether the webhook's rate limit lets nothing through now; the queue goes on by itself when it does. */
  private isPaced(queue: WebhookQueue): boolean {
    const { webhookId } = queue;
    const perSecond = this.parts.directory.get(webhookId)?.rateLimitPerSecond ?? null;
    if (perSecond === null) return false;
    const waitMs = this.parts.rates.waitMs(webhookId, perSecond, queue.servedSince);
    if (waitMs <= 0) return false;
    this.keepWaiting(queue);
    this.parts.rates.later(webhookId, perSecond, waitMs, () => this.resume(webhookId));
    return true;
  }

  /** Its deliveries wait for its own sake: what is late from here on is not late by our fault. */
  private keepWaiting(queue: WebhookQueue): void {
    queue.keptWaitingAt = this.parts.clock().getTime();
  }

  /**
   * Who has kept the task waiting since its message was accepted. A fault of the platform comes first: it makes receivers look slow,
   * and the shelf takes what it holds back.
   */
  private whoKeptWaiting({ acceptedAt, wasShelved }: DeliveryTask, queue: WebhookQueue): Waited | null {
    if (acceptedAt !== null && this.parts.platform.hasBeenAtFaultSince(acceptedAt)) return 'platform';
    const isOfReceiver = wasShelved || (acceptedAt !== null && queue.keptWaitingAt >= acceptedAt);
    return isOfReceiver ? 'receiver' : null;
  }

  /** What a person asked for takes no slot of its webhook's or tenant's, and heeds neither circuit nor rate limit. */
  private startUrgent(queue: WebhookQueue): void {
    for (let task = queue.startAsked(); task; task = queue.startAsked()) {
      const webhook = this.servable(task);
      if (!webhook) {
        queue.askedEnded();
        continue;
      }
      task.cause = 'person';
      this.urgentOnTheWire += 1;
      this.begin(task, queue, webhook);
    }
  }

  /** Whether a POST has begun. */
  private start(task: DeliveryTask, queue: WebhookQueue): boolean {
    const webhook = this.servable(task);
    if (!webhook) return false;
    if (queue.inFlight === 0) queue.progressAt = this.parts.clock().getTime();
    queue.started(task.slotKind);
    this.slots.take(task.slotKind, queue.tenantId);
    task.hasSlot = true;
    const cause = this.parts.circuits.begin(task.webhookId);
    task.cause = cause === 'schedule' && task.isAskedFor ? 'person' : cause;
    this.begin(task, queue, webhook);
    return true;
  }

  /** The webhook that the task may be sent to now; where there is none the task is gone from here. */
  private servable(task: DeliveryTask): RoutedWebhook | undefined {
    if (!this.parts.owns(task)) {
      this.leave(task);
      return undefined;
    }
    if (!this.parts.isMember()) {
      void this.park([task]);
      return undefined;
    }
    const webhook = this.parts.directory.get(task.webhookId);
    const reason = this.parts.reasonToEnd(task);
    if (webhook && !reason) return webhook;
    void this.end(task, reason ?? 'deleted');
    return undefined;
  }

  private begin(task: DeliveryTask, queue: WebhookQueue, webhook: RoutedWebhook): void {
    task.inFlight = true;
    this.parts.platform.begin(task.webhookId);
    const now = this.parts.clock();
    task.keptWaitingBy = this.whoKeptWaiting(task, queue);
    task.attemptEndsAt = now.getTime() + (webhook.requestTimeoutMs ?? this.parts.limits.requestTimeoutMs);
    if (webhook.rateLimitPerSecond !== null) this.parts.rates.started(webhook.id, webhook.rateLimitPerSecond, now);
    this.parts.spans.begin(task);
    const mayBegin = (): boolean => !this.isSuspended && this.parts.owns(task) && this.parts.isMember();
    const awaitsVerdict = (): void => {
      this.giveSlotBack(task, queue);
      this.useFreeSlots();
    };
    const attempt = this.parts.attempt(task, webhook, now, { mayBegin, awaitsVerdict }).then(
      (completed) => (completed ? this.complete(task, queue, completed) : this.putBack(task, queue)),
      (error: unknown) => this.fail(task, queue, error),
    );
    this.underWay.add(attempt);
    void attempt.finally(() => this.underWay.delete(attempt));
  }

  private complete(task: DeliveryTask, queue: WebhookQueue, completed: CompletedAttempt): Promise<void> {
    const { circuits, policy, random, observer, limits } = this.parts;
    const { result } = completed;
    this.freeSlot(task, queue);
    const isOurFault = result.failure?.fault === 'platform';
    if (!task.isUrgent && !isOurFault) queue.attemptEnded(result.facts.durationMs, result.failure !== null);
    const chance = random();
    const { webhookId, claim } = task;
    const ended = endedAttempt(completed);
    let heard: Promise<void> | undefined;
    if (isOurFault) circuits.giveUp(webhookId, task.cause);
    else if (this.parts.owns(task)) heard = circuits.record(webhookId, ended, claim.partition);
    const probeAt = circuits.probeAt(webhookId) ?? ended.endedAt + scheduledDelayMs(policy, 1);
    const unspentRetryAtMs = isOurFault
      ? this.parts.clock().getTime() + limits.retryOfOursMs * (1 + chance)
      : probeAt + BEHIND_PROBE_MS;
    const decide = (): void => {
      task.decide({ type: 'RecordAttempt', data: { result, policy, random: chance, unspentRetryAtMs } });
      const reason = task.isOpen ? this.parts.reasonToEnd(task) : null;
      if (reason && this.lookAgainAt(task, reason) === null) this.abandon(task, reason);
    };
    decide();
    observer.attempted(task, result);
    this.parts.spans.attempted(task, result);
    const stored = this.store(task, () => retryAtOf(task), decide);
    if (heard) void heard.then(() => this.pumpAfter(queue));
    else this.pumpAfter(queue);
    return stored;
  }

  /** Nothing was sent: it waits on, here where its partition has stayed or with its next owner. */
  private async putBack(task: DeliveryTask, queue: WebhookQueue): Promise<void> {
    this.freeSlot(task, queue);
    this.parts.spans.withheld(task);
    this.parts.circuits.giveUp(task.webhookId, task.cause);
    if (this.parts.owns(task)) queue.push(task);
    else {
      this.leave(task);
      await this.parts.store.handBack([task]);
    }
    this.pumpAfter(queue);
  }

  /** A fault of ours, such as a secret that does not open: nothing was sent, and no attempt is spent. */
  private fail(task: DeliveryTask, queue: WebhookQueue, error: unknown): Promise<void> {
    this.freeSlot(task, queue);
    this.parts.circuits.giveUp(task.webhookId, task.cause);
    this.parts.observer.broke(task, error);
    this.parts.spans.broke(task, error);
    const later = new Date(this.parts.clock().getTime() + scheduledDelayMs(this.parts.policy, 1));
    const stored = this.store(task, () => later);
    this.pumpAfter(queue);
    return stored;
  }

  private freeSlot(task: DeliveryTask, queue: WebhookQueue): void {
    task.inFlight = false;
    if (task.isUrgent) {
      this.urgentOnTheWire -= 1;
      return queue.askedEnded();
    }
    queue.progressAt = this.parts.clock().getTime();
    queue.ended(task.slotKind);
    this.giveSlotBack(task, queue);
  }

  /**
   * The slot of all webhooks, when nothing is on the wire any more. A failure that waits for its verdict keeps only that of its
   * own webhook: a verdict may take a minute, and failures of many webhooks would stall all others for so long.
   */
  private giveSlotBack(task: DeliveryTask, queue: WebhookQueue): void {
    if (!task.hasSlot) return;
    task.hasSlot = false;
    this.slots.giveBack(task.slotKind, queue.tenantId);
  }

  /** The queue's slot is free. Where others wait for one it goes to the back: else it would take its own slot for ever. */
  private pumpAfter(queue: WebhookQueue): void {
    if (this.turns.isEmpty) return this.pump(queue);
    if (!this.isDraining && !this.isSuspended) this.startUrgent(queue);
    if (queue.length > 0) this.turns.add(queue);
    else this.pump(queue);
    this.useFreeSlots();
  }

  private async store(task: DeliveryTask, dueOf: () => Due, decide?: () => void): Promise<void> {
    await this.parts.spans.recording(task, () => this.parts.store.store(task, dueOf, decide));
    this.leave(task);
  }

  private async end(task: DeliveryTask, reason: AbandonReason): Promise<void> {
    this.lanes.release(task);
    let lookAgainAt: Date | null = null;
    const decide = (): void => {
      lookAgainAt = this.lookAgainAt(task, reason);
      if (lookAgainAt === null) this.abandon(task, reason);
    };
    decide();
    await this.store(task, () => lookAgainAt ?? retryAtOf(task), decide);
  }

  private lookAgainAt(task: DeliveryTask, reason: AbandonReason): Date | null {
    const { directory, limits, clock, firstLooks } = this.parts;
    const { webhookId, webhookVersion, row } = task;
    const now = clock();
    const isNewerKnown =
      reason !== 'tenant_suspended' && webhookVersion !== null && directory.mayHaveBegun(webhookId, webhookVersion);
    const waitMs = waitForSnapshotMs(
      {
        isUnknown: reason === 'deleted' && !directory.isKnownToBeDeleted(webhookId),
        isNewerKnown,
      },
      row && {
        ageMs: now.getTime() - Date.parse(row.createdAt),
        waitedMs: isNewerKnown ? firstLooks.msSince(task.id, row.updatedAt) : 0,
      },
      limits.unknownWebhookMs,
    );
    return waitMs === null ? null : new Date(now.getTime() + waitMs);
  }

  private abandon(task: DeliveryTask, reason: AbandonReason): void {
    task.decide({ type: 'AbandonDelivery', data: { reason, at: this.parts.clock().toISOString() } });
    this.parts.observer.abandoned(task, reason);
  }

  private async park(tasks: readonly DeliveryTask[]): Promise<void> {
    if (tasks.length === 0) return;
    for (const task of tasks) {
      this.lanes.release(task);
      this.queues.of(task.webhookId).parking += 1;
    }
    await this.parts.store.park(tasks);
    for (const task of tasks) {
      const queue = this.queues.of(task.webhookId);
      queue.parking -= 1;
      queue.markParked();
      if (task.order) queue.isOrdered = true;
      this.leave(task);
    }
    // Leased from PostgreSQL before it was known here that they lie there.
    const leased = tasks.filter((task) => task.isLeasedAgain);
    if (leased.length > 0) {
      await this.parts.store.park(leased);
      for (const { webhookId } of leased) this.queues.of(webhookId).markParked();
    }
  }

  private leave(task: DeliveryTask): void {
    if (this.tasks.get(task.id) === task) this.tasks.delete(task.id);
    if (task.stored > 0) this.changes.note(task.id);
    this.queues.leave(task);
    if (task.isUrgent) this.urgent.give(tenantOf(task));
    task.isUrgent = false;
    task.drop();
    if (task.order) this.goOnBehind(task);
    const queue = this.queues.find(task.webhookId);
    if (queue) this.letGo(queue);
  }

  /** Those behind it in the order of its subject: the next in turn, or all of them to PostgreSQL where it went. */
  private goOnBehind(task: DeliveryTask): void {
    // One whose claim was lost comes back from Kafka or PostgreSQL, and before those behind it.
    const isStored = task.isOpen || !this.parts.owns(task);
    const { next, toPark, isBehindStored } = this.lanes.leave(task, isStored);
    if (this.isDraining) return;
    if (next) {
      const queue = this.queues.of(next.webhookId);
      queue.push(next);
      this.pump(queue);
    }
    if (isBehindStored) {
      this.queues.adoptParked([{ webhookId: task.webhookId, isOrdered: true }]);
      this.parts.onRoom();
    }
    void this.park(toPark.filter((other) => this.parts.owns(other)));
  }

  /** A queue with nothing in it and nothing behind it is forgotten. */
  letGo(queue: WebhookQueue): void {
    if (!queue.isIdle) return;
    this.queues.delete(queue);
    this.turns.delete(queue);
  }
}

/** Deliveries that people asked for, waiting or on the wire, are at most this share of all POSTs at once, and as many more. */
const URGENT_SHARE = 1 / 8;

/**
 * A delivery whose probe has failed comes back this long after the time of the next probe, milliseconds: so another one
 * that waits is the next probe, and a single message that the receiver cannot take does not stand before all others.
 */
const BEHIND_PROBE_MS = 500;

const tenantOf = (task: DeliveryTask): string => task.row?.tenantId ?? '';

const endedAttempt = ({ prepared, result: { facts, failure, endedAtMs } }: CompletedAttempt): EndedAttempt => ({
  outcome: failure ? 'failed' : 'succeeded',
  cause: facts.cause,
  startedAt: prepared.startedAt.getTime(),
  endedAt: endedAtMs,
});

/** A request that was timed out has been recorded by then. */
const HOLD_MARGIN_MS = 5_000;

function retryAtOf(task: DeliveryTask): Due {
  const retryAt = task.isOpen ? task.row?.nextRetryAt : null;
  return retryAt ? new Date(retryAt) : null;
}
