import type { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { Refill } from '../../scheduler/queues/webhook-queues.ts';
import type { Leased } from '../postgresql/work-queue.ts';
import type { ReplicaParts } from '../replica/replica-parts.ts';

const POLL_MS = 250;
const BATCH_SIZE = 8;
const REFILLED_AT_ONCE = 24;
const ASKED_FOR_AT_ONCE = 8;

/** Reads stored deliveries for the scheduler: the rules of `DueLoop`, with smaller numbers. */
export class DueReader {
  private round = 0;
  private isRunning = false;

  constructor(private readonly replica: ReplicaParts) {}

  start(): void {
    this.schedule(0);
  }

  wake(): void {
    if (!this.isRunning) this.schedule(0);
  }

  private schedule(ms: number): void {
    this.round += 1;
    const { round } = this;
    this.replica.host.after(ms, () => {
      if (round !== this.round) return;
      this.isRunning = true;
      this.read((more) => {
        this.isRunning = false;
        this.schedule(more ? 0 : POLL_MS);
      });
    });
  }

  private read(done: (more: boolean) => void): void {
    const { replica } = this;
    if (replica.servedClaims().length === 0) return done(false);
    if (replica.scheduler.queues.roomForLeased === 0) return this.onlyAskedFor(() => done(false));
    this.refill((refilled) => {
      const batchSize = Math.min(BATCH_SIZE, replica.scheduler.queues.roomForLeased);
      if (batchSize === 0) return done(refilled > 0);
      this.leaseDue(replica.world.clock.now, batchSize, (tasks) => {
        if (tasks.length === batchSize) this.parkCrowded();
        done(tasks.length === batchSize || refilled > 0);
      });
    });
  }

  private onlyAskedFor(done: () => void): void {
    this.leaseDue(0, ASKED_FOR_AT_ONCE, done);
  }

  private leaseDue(before: number, limit: number, done: (tasks: readonly DeliveryTask[]) => void): void {
    const { replica } = this;
    const { workQueue, clock } = replica.world;
    const claims = replica.servedClaims();
    const partitions = claims.map(({ partition }) => partition);
    // A statement that would find nothing is left out: it would only cost the simulation time.
    if (!workQueue.isAnyDue(partitions, clock.now)) return done([]);
    const lease = (): Leased => workQueue.leaseDue(claims, before, replica.leaseEnd(), limit);
    this.offerLeased(
      lease,
      ({ tasks }) => done(tasks),
      () => done([]),
    );
  }

  private parkCrowded(): void {
    const { replica } = this;
    const crowded = replica.scheduler.queues.crowded();
    if (crowded.length === 0) return;
    const { workQueue, clock } = replica.world;
    const { now } = clock;
    const ended = (): void => undefined;
    const carryOut = (): void => workQueue.parkDue(replica.servedClaims(), crowded, now, REFILLED_AT_ONCE);
    replica.link.ask('park due', carryOut, ended, ended);
  }

  private refill(done: (count: number) => void): void {
    const { replica } = this;
    const wanted = replica.scheduler.queues.beginRefills(REFILLED_AT_ONCE);
    if (wanted.length === 0) return done(0);
    const claims = replica.servedClaims();
    const end = (count: number): void => {
      replica.worker.tell({ type: 'Refilled', refills: wanted });
      done(count);
    };
    const lease = (): Leased => replica.world.workQueue.leaseParked(claims, wanted, replica.leaseEnd());
    const read = ({ tasks, leased }: Leased): void =>
      this.refillInOrder([...wanted], leased, (inOrder) => end(tasks.length + inOrder));
    this.offerLeased(lease, read, () => end(0));
  }

  private refillInOrder(wanted: Refill[], leased: ReadonlyMap<string, number>, done: (count: number) => void): void {
    const { replica } = this;
    const [refill, ...others] = wanted;
    if (!refill) return done(0);
    const { queue, webhookId, limit, parkingCount } = refill;
    const next = (count: number): void => {
      if (count === 0 && (leased.get(webhookId) ?? 0) < limit) queue.markEmptied(parkingCount);
      this.refillInOrder(others, leased, (more) => done(count + more));
    };
    if (!queue.isOrdered) return next(0);
    const claims = replica.servedClaims();
    const lease = (): Leased => replica.world.workQueue.leaseInOrder(claims, webhookId, replica.leaseEnd(), limit);
    // A failure ends the whole read: whether more are parked is not known.
    this.offerLeased(
      lease,
      ({ tasks }) => next(tasks.length),
      () => done(0),
    );
  }

  private offerLeased(lease: () => Leased, done: (leased: Leased) => void, failed: () => void): void {
    const { scheduler, worker, link, recording } = this.replica;
    const watch = scheduler.watchLanes();
    const changes = scheduler.watchChanges();
    const end = (): void => {
      watch.end();
      changes.end();
    };
    const read = (leased: Leased): void => {
      const old = leased.tasks.filter(({ id, stored }) => stored < (changes.left.get(id) ?? 0));
      for (const task of leased.tasks)
        if (!old.includes(task)) worker.tell({ type: 'Leased', task, isBehindStored: watch.isOutdated(task) });
      if (old.length > 0) recording.giveBack(old);
      end();
      done(leased);
    };
    link.ask('lease', lease, read, () => {
      end();
      failed();
    });
  }
}
