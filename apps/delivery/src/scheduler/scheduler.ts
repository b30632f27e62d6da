import { AttemptOutcomes } from './attempt-outcomes.ts';
import type { DeliveryTask } from './delivery-task.ts';
import type { Effect } from './effects.ts';
import type { SchedulerEvent } from './events.ts';
import { Leaving } from './leaving.ts';
import { Memory } from './memory.ts';
import { NextSends } from './next-sends.ts';
import { WebhookLoads } from './overflow/webhook-loads.ts';
import type { SchedulerPorts, SchedulerSettings } from './ports.ts';
import type { LeftSince } from './queues/changes-since.ts';
import type { LaneWatch } from './queues/subject-lanes.ts';
import type { WebhookQueue } from './queues/webhook-queue.ts';
import type { WebhookQueues } from './queues/webhook-queues.ts';
import { Step } from './step.ts';
import { Takings } from './takings.ts';

/**
 * Decides what happens to the deliveries of this replica's partitions. Each webhook has a queue and a small concurrency of its own,
 * so that a slow webhook delays only its own deliveries. Deliveries that cannot be tried soon are parked in PostgreSQL and come back
 * when there is room.
 *
 * It is synchronous and deterministic: no input or output, no clock, no timer, no promise. The worker carries out the effects of a
 * step and tells their outcomes as later events (docs/adr/0052-a-synchronous-scheduler.md).
 */
export class Scheduler {
  private readonly current = new Step();
  private readonly memory: Memory;
  private readonly leaving: Leaving;
  private readonly sends: NextSends;
  private readonly outcomes: AttemptOutcomes;
  private readonly takings: Takings;
  readonly loads: WebhookLoads;

  constructor(
    private readonly ports: SchedulerPorts,
    private readonly settings: SchedulerSettings,
  ) {
    this.memory = new Memory(ports, settings);
    this.leaving = new Leaving(this.memory, ports, settings, this.current);
    this.sends = new NextSends(this.memory, this.leaving, ports, settings, this.current);
    this.outcomes = new AttemptOutcomes(this.memory, this.leaving, this.sends, ports, settings, this.current);
    this.takings = new Takings(this.memory, this.leaving, this.sends, ports, this.current);
    this.loads = new WebhookLoads(this.memory, ports, this.current);
  }

  /**
   * Handles an event.
   *
   * @param now milliseconds since the epoch; never earlier than in the step before
   * @returns what is to be done, in this order
   */
  step(event: SchedulerEvent, now: number): Effect[] {
    this.current.now = now;
    for (let next: SchedulerEvent | undefined = event; next; next = this.current.nextFollowUp()) this.handle(next);
    return this.current.takeEffects();
  }

  get(deliveryId: string): DeliveryTask | undefined {
    return this.memory.get(deliveryId);
  }

  /** Deliveries in memory. */
  get size(): number {
    return this.memory.size;
  }

  get attemptsInFlight(): number {
    return this.sends.attemptsInFlight;
  }

  get isSuspended(): boolean {
    return this.current.isSuspended;
  }

  get queues(): WebhookQueues {
    return this.memory.queues;
  }

  /** Asked when a POST is about to be written: whether it may still begin. */
  mayBegin(task: DeliveryTask): boolean {
    const { owns, isMember } = this.ports.claims;
    return !this.isSuspended && owns(task) && isMember();
  }

  tasksOnTheWire(): DeliveryTask[] {
    return [...this.memory.all()].filter(({ inFlight }) => inFlight);
  }

  tasksBeingWritten(): DeliveryTask[] {
    return [...this.memory.all()].filter(({ writing }) => writing !== undefined);
  }

  /** @see SubjectLanes.watch */
  watchLanes(): LaneWatch {
    return this.memory.lanes.watch();
  }

  /** @see ChangesSince */
  watchChanges(): LeftSince {
    return this.memory.changes.watch();
  }

  private handle(event: SchedulerEvent): void {
    switch (event.type) {
      case 'Requested':
      case 'Leased':
        return this.takings.take(event.task, event.isBehindStored);
      case 'LeasedToEnd':
        this.memory.enter(event.task);
        return this.leaving.end(event.task, event.reason);
      case 'Refilled':
        return this.takings.refilled(event.refills);
      case 'AttemptEnded':
        return this.outcomes.completed(event.task, event.attempt);
      case 'VerdictAwaited':
        return this.onQueue(event.task.webhookId, (queue) => {
          this.sends.giveSlotBack(event.task, queue);
          this.sends.useFreeSlots();
        });
      case 'AttemptWithheld':
        return this.outcomes.withheld(event.task);
      case 'AttemptBroke':
        return this.outcomes.broke(event.task);
      case 'Stored':
        return this.leaving.stored(event.task);
      case 'Outdated':
        return this.leaving.storeAgain(event.task, event.present);
      case 'Parked':
        return this.leaving.parked(event.tasks, event.isSecond);
      case 'Overflowed':
        return this.takings.overflowed(event.tasks, new Date(this.current.now + this.settings.leaseMs));
      case 'WebhookMayGoOn':
        return this.onQueue(event.webhookId, (queue) => this.sends.pump(queue));
      case 'Tick':
        this.sends.woken(event.webhookId);
        return this.onQueue(event.webhookId, (queue) => this.sends.pump(queue));
      case 'WebhookEnded':
        return this.takings.endWaiting(event.webhookId);
      case 'PlatformChanged':
        return this.pumpAll();
      case 'SlotsGrew':
        return this.sends.useFreeSlots();
      case 'Suspended':
        this.current.isSuspended = true;
        return;
      case 'Resumed':
        this.current.isSuspended = false;
        return this.pumpAll();
      case 'Draining':
        this.current.isDraining = true;
        return;
      case 'PartitionsLost':
        return this.takings.forget((task) => !this.ports.claims.owns(task));
      case 'Drained':
        return this.takings.forget(() => true);
    }
  }

  private onQueue(webhookId: string, work: (queue: WebhookQueue) => void): void {
    const queue = this.memory.queues.find(webhookId);
    if (queue) work(queue);
  }

  private pumpAll(): void {
    for (const queue of [...this.memory.queues.all()]) this.sends.pump(queue);
  }
}
