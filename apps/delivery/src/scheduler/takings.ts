import type { DeliveryTask } from './delivery-task.ts';
import type { Leaving } from './leaving.ts';
import type { Memory } from './memory.ts';
import type { NextSends } from './next-sends.ts';
import type { SchedulerPorts } from './ports.ts';
import type { WebhookQueue } from './queues/webhook-queue.ts';
import type { Refill } from './queues/webhook-queues.ts';
import type { Step } from './step.ts';

/** How deliveries come into memory and into the queue of their webhook, and how those that wait there are taken out again. */
export class Takings {
  constructor(
    private readonly memory: Memory,
    private readonly leaving: Leaving,
    private readonly sends: NextSends,
    private readonly ports: SchedulerPorts,
    private readonly step: Step,
  ) {}

  /**
   * Takes a delivery over. If the same delivery is in memory already, the repeat waits until that one is durable.
   *
   * @param isBehindStored PostgreSQL may hold earlier deliveries of its subject, which must be sent first
   */
  take(task: DeliveryTask, isBehindStored: boolean): void {
    const known = this.memory.get(task.id);
    if (known) return this.takeRepeat(known, task);
    const isFull = this.memory.queues.isFull(task);
    this.memory.enter(task);
    const reason = this.ports.claims.reasonToEnd(task.webhookId);
    if (reason) return this.leaving.end(task, reason);
    const queue = this.memory.queues.of(task.webhookId);
    if (task.isAskedFor) this.memory.markUrgent(task, queue);
    const isBlocked = !task.isUrgent && this.memory.passage(task.webhookId) === 'open';
    const lane = this.memory.lanes.enter(task, isBehindStored);
    if ((isBlocked && !this.memory.isHeldByPlatform(task.webhookId)) || lane !== 'started')
      this.sends.keepWaiting(queue);
    const isTooMuch = isFull && !task.isUrgent;
    if (isBlocked || isTooMuch || isBehindStored || lane === 'leaving') this.leaving.park([task]);
    else if (lane === 'started') this.enqueue(task, queue);
  }

  refilled(refills: readonly Refill[]): void {
    for (const { queue } of refills) {
      queue.isRefilling = false;
      this.memory.letGo(queue);
    }
  }

  /** Those of the tasks that exist only as Kafka records are stored, so that their offsets need not wait. */
  overflowed(tasks: readonly DeliveryTask[], leaseEnd: Date): void {
    const onlyHere = tasks.filter((task) => task.stored === 0 && !task.writing && this.memory.get(task.id) === task);
    const waiting = onlyHere.filter(
      (task) => this.memory.lanes.isWaiting(task) || this.memory.queues.find(task.webhookId)?.remove(task),
    );
    this.leaving.park(waiting);
    for (const task of onlyHere) if (task.inFlight) this.step.emit({ type: 'StoreLeased', task, until: leaseEnd });
  }

  /**
   * The webhook takes no deliveries any more: its deliveries that wait in memory end now, those on the wire when their
   * attempt has ended.
   */
  endWaiting(webhookId: string): void {
    const queue = this.memory.queues.find(webhookId);
    if (!queue) return;
    const reason = this.ports.claims.reasonToEnd(webhookId);
    if (reason) {
      for (const task of this.memory.lanes.waitingOf(webhookId)) this.leaving.end(task, reason);
      for (const task of queue.drainAll()) this.leaving.end(task, reason);
    }
    this.sends.pump(queue);
  }

  /**
   * Drops waiting deliveries. Of those that are leased the leases end: otherwise no replica would try them before that. A delivery
   * whose decision is being stored stays until it is stored: if the next owner waits for it, it is stored in another way.
   */
  forget(isLost: (task: DeliveryTask) => boolean): void {
    const mayGo = ({ place, writing }: DeliveryTask): boolean =>
      place.at !== 'wire' && place.at !== 'storing' && writing === undefined;
    const lost = [...this.memory.all()].filter((task) => mayGo(task) && isLost(task));
    for (const task of lost) {
      this.memory.queues.find(task.webhookId)?.remove(task);
      this.leaving.drop(task);
    }
    const leased = lost.filter(({ stored }) => stored > 0);
    if (leased.length > 0) this.step.emit({ type: 'HandBack', tasks: leased });
  }

  private takeRepeat(known: DeliveryTask, task: DeliveryTask): void {
    if (this.hurry(known, task)) return;
    if (task.stored > 0) {
      if (known.place.at === 'parking') known.place = { at: 'parking', isLeasedAgain: true };
      if (known.place.at === 'storing') known.place = { ...known.place, leasedAgain: task };
      return;
    }
    known.durability.onSettled((isDurable) => {
      if (isDurable) task.markDurable();
      // The first write was refused, and the known delivery is still here, until its present state is read: the repeat comes again
      // with its batch. It cannot be taken now, since it would find the known one again, for ever.
      else if (this.memory.get(known.id) === known) task.drop();
      else this.step.followUp({ type: 'Requested', task, isBehindStored: true });
    });
  }

  /**
   * A person asks for a delivery that waits here already: it goes before the others of its webhook, with the state that was
   * just read from PostgreSQL. Returns false, and changes nothing, where no person asked or the delivery cannot be moved
   * forward.
   */
  private hurry(known: DeliveryTask, asked: DeliveryTask): boolean {
    if (asked.stored === 0 || asked.row === null || !asked.isAskedFor || known.isUrgent) return false;
    const queue = this.memory.queues.find(known.webhookId);
    if (
      !queue ||
      known.inFlight ||
      known.writing ||
      !this.memory.hasRoomForUrgent(known, queue) ||
      !queue.remove(known)
    )
      return false;
    known.read(asked.row, asked.stored, asked.webhookVersion);
    known.markDurable();
    this.memory.markUrgent(known, queue);
    this.enqueue(known, queue);
    return true;
  }

  private enqueue(task: DeliveryTask, queue: WebhookQueue): void {
    queue.push(task);
    this.sends.pump(queue);
  }
}
