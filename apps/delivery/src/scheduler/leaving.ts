import type { AbandonReason } from '@signet/contracts';
import type { Due } from '../delivery/storage/delivery.log.ts';
import { waitForSnapshotMs } from '../webhook-directory/wait-for-snapshot.policy.ts';
import type { PresentDelivery } from '../work-queue/due-deliveries.ts';
import type { Decision, DeliveryTask } from './delivery-task.ts';
import type { Memory } from './memory.ts';
import type { SchedulerPorts, SchedulerSettings } from './ports.ts';
import type { LaneMove } from './queues/subject-lanes.ts';
import type { Step } from './step.ts';

/** How deliveries leave memory: stored with a decision, parked, or dropped. */
export class Leaving {
  constructor(
    private readonly memory: Memory,
    private readonly ports: SchedulerPorts,
    private readonly settings: SchedulerSettings,
    private readonly step: Step,
  ) {}

  /** Decides, and stores the outcome. */
  store(task: DeliveryTask, decision: Decision): void {
    task.place = { at: 'storing', decision };
    const due = this.decide(task, decision);
    if (decision.kind === 'attempt') this.step.emit({ type: 'NoteAttempt', task, result: decision.result });
    this.step.emit({ type: 'Store', task, due, isHeld: false });
  }

  /**
   * The delivery is stored, or nothing is left to be stored. On a busy machine it may be due, and be leased, before this is known
   * here: then it goes on with the state that was leased. A state from before the storing does not count: the storing has ended
   * that lease. If the storing wrote no event, the two cannot be told apart: then a delivery that was longer in memory than its
   * lease may be tried earlier than was decided.
   */
  stored(task: DeliveryTask): void {
    const leasedAgain = task.place.at === 'storing' ? task.place.leasedAgain : undefined;
    this.drop(task);
    if (!leasedAgain || leasedAgain.stored < task.stored) return;
    // Other deliveries of its subject may have been stored since it was leased.
    this.step.followUp({ type: 'Leased', task: leasedAgain, isBehindStored: leasedAgain.order !== null });
  }

  /**
   * The API has written meanwhile, for instance because a person asked for a retry: the decision is made once more on the present
   * log, so that every attempt is recorded.
   */
  storeAgain(task: DeliveryTask, present: PresentDelivery): void {
    const { place } = task;
    if (place.at !== 'storing' || place.decision.kind === 'later') return this.stored(task);
    task.read(present.row, present.version, present.webhookVersion);
    const due = this.decide(task, place.decision);
    this.step.emit({ type: 'Store', task, due, isHeld: !present.isOwned });
  }

  /** The webhook takes no deliveries: this one ends, unless the webhook may be known here in a moment. */
  end(task: DeliveryTask, reason: AbandonReason): void {
    this.memory.lanes.release(task);
    this.store(task, { kind: 'end', reason });
  }

  park(tasks: readonly DeliveryTask[]): void {
    if (tasks.length === 0) return;
    for (const task of tasks) {
      task.place = { at: 'parking', isLeasedAgain: false };
      this.memory.lanes.release(task);
      this.memory.queues.of(task.webhookId).parking += 1;
    }
    this.step.emit({ type: 'Park', tasks, isSecond: false });
  }

  parked(tasks: readonly DeliveryTask[], isSecond: boolean): void {
    const leasedAgain = tasks.filter(({ place }) => place.at === 'parking' && place.isLeasedAgain);
    for (const task of tasks) {
      const queue = this.memory.queues.of(task.webhookId);
      queue.markParked();
      if (isSecond) continue;
      queue.parking -= 1;
      if (task.order) queue.isOrdered = true;
      this.drop(task);
    }
    // These were leased from PostgreSQL again before the parking was known here: they are parked once more.
    if (leasedAgain.length > 0) this.step.emit({ type: 'Park', tasks: leasedAgain, isSecond: true });
  }

  /** The task leaves memory; its webhook's queue and the deliveries behind it in the order of its subject go on. */
  drop(task: DeliveryTask): void {
    const move = this.memory.leave(task);
    if (move && !this.step.isDraining) this.goOnBehind(task, move);
    const queue = this.memory.queues.find(task.webhookId);
    if (queue) this.memory.letGo(queue);
  }

  private goOnBehind({ webhookId }: DeliveryTask, { next, toPark, isBehindStored }: LaneMove): void {
    if (next) {
      this.memory.queues.of(next.webhookId).push(next);
      this.step.followUp({ type: 'WebhookMayGoOn', webhookId: next.webhookId });
    }
    if (isBehindStored) {
      this.memory.queues.adoptParked([{ webhookId, isOrdered: true }]);
      this.step.emit({ type: 'Refill' });
    }
    this.park(toPark.filter((other) => this.ports.claims.owns(other)));
  }

  /** Takes the decision into the task's state. Returns when the delivery is due next. */
  private decide(task: DeliveryTask, decision: Decision): Due {
    if (decision.kind === 'later') return decision.at;
    if (decision.kind === 'end') return this.endOrWait(task, decision.reason) ?? retryAtOf(task);
    const { result, chance: random, unspentRetryAtMs } = decision;
    const { policy } = this.settings;
    task.decide({ type: 'RecordAttempt', data: { result, policy, random, unspentRetryAtMs } });
    const reason = task.isOpen ? this.ports.claims.reasonToEnd(task.webhookId) : null;
    if (reason && this.lookAgainAt(task, reason) === null) this.abandon(task, reason);
    return retryAtOf(task);
  }

  private endOrWait(task: DeliveryTask, reason: AbandonReason): Date | null {
    const lookAgainAt = this.lookAgainAt(task, reason);
    if (lookAgainAt === null) this.abandon(task, reason);
    return lookAgainAt;
  }

  private abandon(task: DeliveryTask, reason: AbandonReason): void {
    task.decide({ type: 'AbandonDelivery', data: { reason, at: new Date(this.step.now).toISOString() } });
    this.step.emit({ type: 'NoteEnd', task, reason });
  }

  /** When to check again whether the webhook takes no deliveries; null: it is certain. */
  private lookAgainAt({ id, webhookId, webhookVersion, row }: DeliveryTask, reason: AbandonReason): Date | null {
    const { directory, firstLooks } = this.ports;
    const { now } = this.step;
    const isNewerKnown =
      reason !== 'tenant_suspended' && webhookVersion !== null && directory.mayHaveBegun(webhookId, webhookVersion);
    const isUnknown = reason === 'deleted' && !directory.isKnownToBeDeleted(webhookId);
    const age = row && {
      ageMs: now - Date.parse(row.createdAt),
      waitedMs: isNewerKnown ? firstLooks.msSince(id, row.updatedAt) : 0,
    };
    const waitMs = waitForSnapshotMs({ isUnknown, isNewerKnown }, age, this.settings.unknownWebhookMs);
    return waitMs === null ? null : new Date(now + waitMs);
  }
}

function retryAtOf(task: DeliveryTask): Due {
  const retryAt = task.isOpen ? task.row?.nextRetryAt : null;
  return retryAt ? new Date(retryAt) : null;
}
