import { setTimeout as wait } from 'node:timers/promises';
import { settledWithin } from '@signet/async';
import type { AbandonReason } from '@signet/contracts';
import type { EndedAttempt } from '../circuit/circuit.policy.ts';
import type { CircuitState } from '../circuit/circuits.ts';
import type { Due } from '../delivery/storage/delivery.log.ts';
import { scheduledDelayMs } from '../delivery/retry-schedule.ts';
import type { Waited } from '../metrics/lateness.policy.ts';
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
 * Serves the webhooks of this replica's partitions. Each webhook has a queue and a small concurrency of its own, so a slow
 * webhook delays only its own deliveries. Deliveries that cannot be tried soon are parked in PostgreSQL and come back when
 * there is room.
 */
export class Dispatcher {
  private readonly tasks = new Map<string, DeliveryTask>();
  readonly queues: WebhookQueues;
  private readonly lanes = new SubjectLanes();
  private readonly changes = new ChangesSince();
  private readonly slots: Slots;
  private readonly turns = new SlotTurns();
  private readonly underWay = new Set<Promise<void>>();
  /** Deliveries that people asked for, by tenant. They take no slots, so they have a bound of their own. */
  private readonly urgent: Shares;
  private urgentOnTheWire = 0;
  private isDraining = false;
  /** While true, no POST is started: the waiting deliveries may soon belong to another replica. */
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
   * Takes a delivery over. If the same delivery is in memory already, the repeat waits until that one is durable.
   *
   * @param isBehindStored PostgreSQL may hold earlier deliveries of its subject, which must be sent first
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
   * A person asks for a delivery that waits here already: it goes before the others of its webhook, with the state that was
   * just read from PostgreSQL. Returns false, and changes nothing, where no person asked or the delivery cannot be moved
   * forward.
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

  /**
   * The webhook takes no deliveries any more: its deliveries that wait in memory end now, those on the wire when their
   * attempt has ended.
   */
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
   * Ends a delivery that was just leased from PostgreSQL. Resolves to false if the delivery is in memory here already: then
   * the caller has to check it again later.
   */
  async endLeased(task: DeliveryTask, reason: AbandonReason): Promise<boolean> {
    if (this.tasks.has(task.id)) return false;
    this.enter(task);
    await this.end(task, reason);
    return true;
  }

  /**
   * Whether the webhook is slow: none of its attempts has ended for `stalledMs`, or its own rate limit or order makes the
   * last waiting delivery wait for longer than `ownLimitMs` (milliseconds). The intake hands the deliveries of a slow webhook
   * to PostgreSQL, so that the partition's offsets need not wait for them. If the judgement is wrong, they are written and
   * read back without need.
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

  /** The webhook's circuit is not open, none of its deliveries is parked, and no more of them wait here than can go out at once. */
  isReady(webhookId: string): boolean {
    if (this.passage(webhookId) === 'open') return false;
    const queue = this.queues.find(webhookId);
    if (queue === undefined) return true;
    return queue.length <= this.slotsOf(queue) && queue.parking === 0 && !queue.hasParked;
  }

  /**
   * The webhook's fresh deliveries that will not be tried within this time (milliseconds) at its present speed. The speed is
   * an estimate from the average duration of its attempts; before the first attempt has ended no delivery counts as far
   * behind.
   */
  farBehind(webhookId: string, ms: number): ReadonlySet<DeliveryTask> {
    const queue = this.queues.find(webhookId);
    if (!queue || queue.attemptMs === 0) return new Set();
    return queue.freshBehind((ms / queue.attemptMs) * this.slotsOf(queue));
  }

  /**
   * Stores those of the tasks in PostgreSQL that exist only as Kafka records, so that their offsets need not wait for a slow
   * receiver.
   */
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
   * Starts no POST until `goOn`. Resolves when the attempts on the wire have ended and are recorded. Deliveries whose
   * attempts last longer than the grace are held in PostgreSQL, so that the outcome can still be recorded when another
   * replica has the partition.
   *
   * @param bound aborts when this must resolve at the latest, even if PostgreSQL does not answer
   * @returns whether every attempt on the wire is recorded or held
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
    return settledWithin(Promise.all([...this.tasks.values()].map(({ writing }) => writing)), bound);
  }

  /** The waiting deliveries belong to this replica: sending goes on. */
  goOn(): void {
    this.isSuspended = false;
    this.parts.platform.goOn();
    for (const queue of this.queues.all()) this.pump(queue);
  }

  /** Drops the waiting deliveries whose claim no longer holds: the partition's new owner reads them from Kafka or PostgreSQL. */
  forgetLost(): DeliveryTask[] {
    return this.forget((task) => !this.parts.owns(task));
  }

  /** Starts no more POSTs. When every attempt on the wire has ended and is recorded, the waiting deliveries are dropped. */
  async drain(): Promise<DeliveryTask[]> {
    this.isDraining = true;
    this.parts.platform.settle();
    await Promise.all([...this.underWay]);
    return this.forget(() => true);
  }

  /** Returns the dropped deliveries that are leased: no replica would try them before their leases end. */
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

  /** Whether the webhook has deliveries that wait in memory, are parked, or are on the wire. */
  isOccupied(webhookId: string): boolean {
    const queue = this.queues.find(webhookId);
    return queue !== undefined && (queue.length > 0 || queue.inFlight > 0 || queue.hasParked || queue.parking > 0);
  }

  /** Whether the webhook's circuit, or a fault of the platform, lets its deliveries through. */
  private passage(webhookId: string): CircuitState {
    const ofPlatform = this.parts.platform.passage(webhookId);
    if (ofPlatform === 'open') return 'open';
    const ofCircuit = this.parts.circuits.state(webhookId);
    return ofCircuit === 'closed' ? ofPlatform : ofCircuit;
  }

  private isHeldByPlatform(webhookId: string): boolean {
    return this.parts.platform.passage(webhookId) === 'open';
  }

  /** Lets every queue check again what it may send: a fault of the platform has begun or ended. */
  resumeAll(): void {
    for (const queue of [...this.queues.all()]) this.pump(queue);
  }

  /** More slots may be free than when the queues took their turns. */
  useFreeSlots(): void {
    for (let next = this.turns.next(this.slots); next; next = this.turns.next(this.slots)) this.pump(next, 1);
  }

  /** Webhooks with deliveries that wait, in memory here or parked in PostgreSQL. */
  *webhooksWaiting(): Iterable<string> {
    for (const { webhookId, length, hasParked } of this.queues.all()) if (length > 0 || hasParked) yield webhookId;
  }

  private slotsOf(queue: WebhookQueue): number {
    return Math.min(queue.slots(this.parts.limits.perWebhook), this.parts.circuits.slots(queue.webhookId));
  }

  private isStalled(queue: WebhookQueue, ms: number): boolean {
    return this.parts.clock().getTime() - queue.progressAt >= ms;
  }

  /** From here on the task is in memory. */
  private enter(task: DeliveryTask): void {
    this.tasks.set(task.id, task);
    this.queues.enter(task);
  }

  /** @param slots how many slots the queue may take while other queues wait for slots, too */
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

  /** Whether the webhook's rate limit allows no POST now. A timer resumes the queue when the limit allows one. */
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

  /**
   * Notes that the webhook itself makes its deliveries wait (circuit, limit, order, slow receiver). Deliveries that are late
   * because of that are counted as the receiver's lateness, not as ours.
   */
  private keepWaiting(queue: WebhookQueue): void {
    queue.keptWaitingAt = this.parts.clock().getTime();
  }

  /**
   * Why the task had to wait since its message was accepted: because of the platform, of the receiver, or of neither (null).
   * A fault of the platform is checked first, because it also makes receivers look slow and requests be shelved. If this
   * judgement is wrong, only the lateness metric is wrong.
   */
  private whoKeptWaiting({ acceptedAt, wasShelved }: DeliveryTask, queue: WebhookQueue): Waited | null {
    if (acceptedAt !== null && this.parts.platform.hasBeenAtFaultSince(acceptedAt)) return 'platform';
    const isOfReceiver = wasShelved || (acceptedAt !== null && queue.keptWaitingAt >= acceptedAt);
    return isOfReceiver ? 'receiver' : null;
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
      this.begin(task, queue, webhook);
    }
  }

  /** Returns whether a POST has begun. */
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

  /** The webhook, if the task may be sent now. Otherwise undefined, and the task has been dropped, parked or ended. */
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
    if (isOurFault) circuits.giveUp(webhookId, task.cause);
    else if (this.parts.owns(task)) circuits.record(webhookId, ended, claim.partition);
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
    this.pumpAfter(queue);
    return stored;
  }

  /** Nothing was sent. The task goes on waiting: here if its partition is still ours, otherwise at the partition's next owner. */
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

  /** A fault of our own, such as a secret that cannot be opened: nothing was sent, and no attempt is spent. */
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
   * Gives back the slot that all webhooks share, as soon as the POST has ended. A failure that waits for its verdict keeps
   * only its webhook's own slot: a verdict may take a minute, and failures of many webhooks would stall all others for that
   * time.
   */
  private giveSlotBack(task: DeliveryTask, queue: WebhookQueue): void {
    if (!task.hasSlot) return;
    task.hasSlot = false;
    this.slots.giveBack(task.slotKind, queue.tenantId);
  }

  /**
   * A slot of the queue is free. If other queues wait for slots, this queue goes to the end of the line: otherwise it would
   * take its own slot again for ever.
   */
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
    // These were leased from PostgreSQL again before the parking was known here: they are parked once more.
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

  /**
   * Goes on with the deliveries behind this one in the order of its subject: the next one is queued, or all of them are
   * parked if this one went to PostgreSQL.
   */
  private goOnBehind(task: DeliveryTask): void {
    // A task whose claim was lost comes back from Kafka or PostgreSQL, before those behind it.
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

  /** Forgets a queue that has no deliveries in memory, on the wire or in PostgreSQL. */
  letGo(queue: WebhookQueue): void {
    if (!queue.isIdle) return;
    this.queues.delete(queue);
    this.turns.delete(queue);
  }
}

/**
 * The room for deliveries that people asked for, waiting or on the wire, as a share of the number of POSTs at once. It comes
 * on top of that number.
 */
const URGENT_SHARE = 1 / 8;

/**
 * A delivery whose probe has failed comes back this long after the time of the next probe, milliseconds: so another waiting
 * delivery is the next probe, and a single message that the receiver cannot take does not block all others.
 */
const BEHIND_PROBE_MS = 500;

const tenantOf = (task: DeliveryTask): string => task.row?.tenantId ?? '';

const endedAttempt = ({ prepared, result: { facts, failure, endedAtMs } }: CompletedAttempt): EndedAttempt => ({
  outcome: failure ? 'failed' : 'succeeded',
  cause: facts.cause,
  startedAt: prepared.startedAt.getTime(),
  endedAt: endedAtMs,
});

/** Margin after the time-out of a request, milliseconds: its outcome has been recorded by then. */
const HOLD_MARGIN_MS = 5_000;

function retryAtOf(task: DeliveryTask): Due {
  const retryAt = task.isOpen ? task.row?.nextRetryAt : null;
  return retryAt ? new Date(retryAt) : null;
}
