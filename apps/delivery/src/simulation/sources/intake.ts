import { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { RequestOrder } from '../../delivery/storage/delivery.log.ts';
import { MAX_ROUNDS, overflowOf, SLOW_ROUNDS } from '../../scheduler/overflow/overflow.policy.ts';
import { Shares } from '@signet/async';
import type { RequestRecord } from '../kafka/kafka.ts';
import type { ReplicaParts } from '../replica/replica-parts.ts';

const BODY = Buffer.from('{"type":"sale.created"}');
const LOOK_MS = 20;
const MAX_LOOKS = 250;

interface Found {
  readonly existing: ReadonlySet<string>;
  readonly lanes: ReadonlySet<string>;
}

/** Makes tasks of the requests that a reading brings: the rules of `DispatchIntake` and `DirectoryCatchUp`, without the shelf. */
export class Intake {
  private readonly room: Shares;

  constructor(
    private readonly replica: ReplicaParts,
    private readonly reading: { readonly partition: number; readonly isEnded: boolean },
  ) {
    this.room = new Shares(replica.world.plan.room);
  }

  untilDirectoryIsRead(records: readonly RequestRecord[], done: () => void, looks = 0): void {
    const { directory, host } = this.replica;
    const isBehind = ({ request: { webhookId }, webhookVersion }: RequestRecord): boolean =>
      !directory.get(webhookId)?.isActive && directory.mayHaveBegun(webhookId, webhookVersion);
    if (looks >= MAX_LOOKS || !records.some(isBehind)) return done();
    host.after(LOOK_MS, () => this.untilDirectoryIsRead(records, done, looks + 1));
  }

  isOrdered(records: readonly RequestRecord[]): boolean {
    return records.some((record) => this.orderOf(record) !== null);
  }

  /** Finds out which requests are not stored yet, and tells the scheduler of these. */
  tasksOf(records: readonly RequestRecord[], done: (tasks: readonly DeliveryTask[]) => void, failed: () => void): void {
    const { scheduler, world, link } = this.replica;
    const inHand = new Map<string, DeliveryTask>();
    for (const { request } of records) {
      const task = scheduler.get(request.deliveryId);
      if (task) inHand.set(task.id, task);
    }
    const unknown = records.filter(({ request }) => !inHand.has(request.deliveryId));
    const lanes = unknown.flatMap((record) => {
      const order = this.orderOf(record);
      return order ? [{ webhookId: record.request.webhookId, subject: order.subject }] : [];
    });
    const watch = scheduler.watchLanes();
    const changes = scheduler.watchChanges();
    const end = (): void => {
      watch.end();
      changes.end();
    };
    const ask = (): Found => ({
      existing: world.database.existing(unknown.map(({ request }) => request.deliveryId)),
      lanes: world.workQueue.storedLanes(lanes),
    });
    const found = ({ existing, lanes: stored }: Found): void => {
      const unseen = unknown.filter(
        ({ request: { deliveryId } }) => !changes.left.has(deliveryId) && !existing.has(deliveryId),
      );
      const fresh = this.offer(unseen, (task) => watch.isOutdated(task) || stored.has(laneOf(task)));
      end();
      if (fresh) done([...inHand.values(), ...fresh]);
      else failed();
    };
    link.ask('look for stored deliveries', ask, found, () => {
      end();
      failed();
    });
  }

  /** Waits until the tasks are durable, and hands slow ones to PostgreSQL. Calls back with false if some were dropped. */
  untilDurable(tasks: readonly DeliveryTask[], done: (isDurable: boolean) => void): void {
    let open = tasks.length;
    let areDurable = true;
    const settled = (): void => this.replica.host.run(() => done(areDurable));
    if (open === 0) return settled();
    for (const { durability } of tasks)
      durability.onSettled((isDurable) => {
        areDurable &&= isDurable;
        open -= 1;
        if (open === 0) settled();
      });
    this.roundsOf(tasks, this.replica.world.clock.now, () => open === 0);
  }

  private roundsOf(tasks: readonly DeliveryTask[], takenAt: number, isDone: () => boolean): void {
    const { host, world, worker } = this.replica;
    const { spillAfterMs } = world.settings;
    if (isDone() || this.reading.isEnded) return;
    const roundEndsAt = world.clock.now + spillAfterMs;
    host.after(spillAfterMs, () => {
      if (isDone() || this.reading.isEnded) return;
      const { now } = world.clock;
      const rounds = (now - takenAt) / spillAfterMs;
      const isLate = rounds < MAX_ROUNDS && now - roundEndsAt > spillAfterMs;
      const overflowing = isLate ? [] : tasks.filter((task) => this.overflows(task, rounds, now));
      if (overflowing.length > 0) worker.tell({ type: 'Overflowed', tasks: overflowing });
      this.roundsOf(tasks, takenAt, isDone);
    });
  }

  private overflows(task: DeliveryTask, rounds: number, now: number): boolean {
    const { loads } = this.replica.scheduler;
    const { spillAfterMs } = this.replica.world.settings;
    const { webhookId } = task;
    const overflow = overflowOf(loads.of(webhookId, now), rounds, spillAfterMs, !this.room.allows(webhookId));
    if (overflow === 'far_behind') return loads.farBehind(webhookId, SLOW_ROUNDS * spillAfterMs).has(task);
    return overflow === 'all';
  }

  private offer(
    records: readonly RequestRecord[],
    isBehindStored: (task: DeliveryTask) => boolean,
  ): DeliveryTask[] | undefined {
    const { claims, directory, worker, world } = this.replica;
    const claim = claims.claim(this.reading.partition);
    if (this.reading.isEnded || !claim) return undefined;
    const now = new Date(world.clock.now);
    const fresh = records.map((record) => {
      const { request } = record;
      const maxAttempts = directory.get(request.webhookId)?.maxAttempts ?? world.settings.maxAttempts;
      return DeliveryTask.requested(request, BODY, claim, maxAttempts, now, this.orderOf(record));
    });
    for (const task of fresh) {
      this.room.take(task.webhookId);
      task.durability.onSettled(() => this.room.give(task.webhookId));
      worker.tell({ type: 'Requested', task, isBehindStored: task.order !== null && isBehindStored(task) });
    }
    return fresh;
  }

  private orderOf({ request: { webhookId, subject }, offset }: RequestRecord): RequestOrder | null {
    if (subject === undefined || this.replica.directory.get(webhookId)?.ordering !== 'subject') return null;
    return { subject, offset };
  }
}

const laneOf = ({ webhookId, order }: DeliveryTask): string => `${webhookId}/${order?.subject ?? ''}`;
