import type { CircuitState } from '../circuit/circuits.ts';
import type { DeliveryTask } from './delivery-task.ts';
import { Shares } from '@signet/async';
import type { SchedulerPorts, SchedulerSettings } from './ports.ts';
import { ChangesSince } from './queues/changes-since.ts';
import { SlotTurns } from './queues/slot-turns.ts';
import { SubjectLanes } from './queues/subject-lanes.ts';
import type { LaneMove } from './queues/subject-lanes.ts';
import type { WebhookQueue } from './queues/webhook-queue.ts';
import { WebhookQueues } from './queues/webhook-queues.ts';

/**
 * The room for deliveries that people asked for, waiting or on the wire, as a share of the number of POSTs at once. It comes
 * on top of that number.
 */
const URGENT_SHARE = 1 / 8;

/** The deliveries that this replica has in memory, by id, by webhook and by subject. */
export class Memory {
  private readonly tasks = new Map<string, DeliveryTask>();
  readonly queues: WebhookQueues;
  readonly lanes = new SubjectLanes();
  readonly changes = new ChangesSince();
  readonly turns = new SlotTurns();
  /** Deliveries that people asked for, by tenant. They take no slots, so they have a bound of their own. */
  private readonly urgent: Shares;

  constructor(
    private readonly ports: SchedulerPorts,
    private readonly settings: SchedulerSettings,
  ) {
    const { directory } = ports;
    this.queues = new WebhookQueues({ directory, circuitState: (webhookId) => this.passage(webhookId), ...settings });
    this.urgent = new Shares(Math.ceil(settings.total * URGENT_SHARE));
  }

  get(deliveryId: string): DeliveryTask | undefined {
    return this.tasks.get(deliveryId);
  }

  all(): Iterable<DeliveryTask> {
    return this.tasks.values();
  }

  get size(): number {
    return this.tasks.size;
  }

  enter(task: DeliveryTask): void {
    this.tasks.set(task.id, task);
    this.queues.enter(task);
    task.place = { at: 'waiting' };
  }

  /**
   * The task is no longer in memory. May be called twice.
   *
   * @returns what that means for the deliveries behind it in the order of its subject; undefined if it has no order
   */
  leave(task: DeliveryTask): LaneMove | undefined {
    if (this.tasks.get(task.id) === task) this.tasks.delete(task.id);
    if (task.stored > 0) this.changes.note(task.id, task.stored);
    this.queues.leave(task);
    if (task.isUrgent) this.urgent.give(tenantOf(task));
    task.isUrgent = false;
    task.place = { at: 'outside' };
    task.drop();
    // If the claim was lost, the delivery comes back from Kafka or PostgreSQL: the deliveries behind it must wait for that.
    return task.order ? this.lanes.leave(task, task.isOpen || !this.ports.claims.owns(task)) : undefined;
  }

  /** Forgets a queue that has no deliveries in memory, on the wire or in PostgreSQL. */
  letGo(queue: WebhookQueue): void {
    if (!queue.isIdle) return;
    this.queues.delete(queue);
    this.turns.delete(queue);
  }

  /** Whether one more delivery that a person asked for may go before the others of its webhook. */
  hasRoomForUrgent(task: DeliveryTask, queue: WebhookQueue): boolean {
    return queue.takesUrgent && this.urgent.allows(tenantOf(task));
  }

  /** Lets the task go before the others of its webhook, if there is room. */
  markUrgent(task: DeliveryTask, queue: WebhookQueue): void {
    task.isUrgent = this.hasRoomForUrgent(task, queue);
    if (task.isUrgent) this.urgent.take(tenantOf(task));
  }

  /** Whether the webhook's circuit, or a fault of the platform, lets its deliveries through. */
  passage(webhookId: string): CircuitState {
    const ofPlatform = this.ports.platform.passage(webhookId);
    if (ofPlatform === 'open') return 'open';
    const ofCircuit = this.ports.circuits.state(webhookId);
    return ofCircuit === 'closed' ? ofPlatform : ofCircuit;
  }

  isHeldByPlatform(webhookId: string): boolean {
    return this.ports.platform.passage(webhookId) === 'open';
  }

  /** How many POSTs the webhook may have at once. */
  slotsOf(queue: WebhookQueue): number {
    return Math.min(queue.slots(this.settings.perWebhook), this.ports.circuits.slots(queue.webhookId));
  }
}

const tenantOf = (task: DeliveryTask): string => task.row?.tenantId ?? '';
