import type { Due, Held } from '../../delivery/storage/delivery.log.ts';
import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { PresentDelivery } from '../../work-queue/due-deliveries.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import type { Database } from '../postgresql/database.ts';
import type { Append } from '../postgresql/tables.ts';
import type { DatabaseLink } from './database-link.ts';

type Recorded = 'stored' | 'known' | 'lost' | 'outdated';

/** Marks a task whose write is under way: the scheduler asks only whether there is one. */
const WRITING = Promise.resolve();

/** Stores what the scheduler decides: the rules of `Recorder` and `TaskStore`, on the simulated tables. */
export class Recording {
  /** Writes that wait for an earlier write of the same delivery. */
  private readonly waiting = new Map<DeliveryTask, (() => void)[]>();

  constructor(
    private readonly database: Database,
    private readonly link: DatabaseLink,
    private readonly clock: VirtualClock,
    private readonly after: (ms: number, work: () => void) => void,
    private readonly onLost: (claim: PartitionClaim) => void,
  ) {}

  store(task: DeliveryTask, due: Due, isHeld: boolean, done: (present?: PresentDelivery) => void): void {
    if (isHeld) return this.storeHeld(task, due, done);
    this.write(task, due, (recorded) => {
      // `known`: an earlier write of this replica was carried out, and its answer lost; or the request came twice.
      if (recorded === 'outdated' || recorded === 'known') this.present(task, done);
      else done();
    });
  }

  /** Writes the task's events, or only its time where there are none. */
  write(task: DeliveryTask, due: Due, done: (recorded: Recorded | 'rescheduled') => void): void {
    if (task.pending.length === 0 && task.stored > 0) {
      const rescheduled = (): void => done('rescheduled');
      if (due === null) return rescheduled();
      return this.link.ask('reschedule', () => this.database.reschedule([task], due), rescheduled, rescheduled);
    }
    this.record(task, due, (recorded) => {
      if (recorded === 'lost') this.onLost(task.claim);
      done(recorded);
    });
  }

  park(tasks: readonly DeliveryTask[], done: () => void): void {
    const dueOf = ({ isUrgent }: DeliveryTask): Due => (isUrgent ? new Date(this.clock.now) : 'parked');
    let open = tasks.length;
    const one = (): void => {
      open -= 1;
      if (open === 0) done();
    };
    for (const task of tasks) this.write(task, dueOf(task), one);
  }

  handBack(tasks: readonly DeliveryTask[]): void {
    const { now } = this.clock;
    const ended = (): void => undefined;
    this.link.ask('hand back', () => this.database.handBack(tasks, now), ended, ended);
  }

  /** The webhook was enabled meanwhile: its deliveries go on at their own times. */
  giveBack(tasks: readonly DeliveryTask[]): void {
    const { now } = this.clock;
    const ended = (): void => undefined;
    this.link.ask('give back', () => this.database.giveBack(tasks, now), ended, ended);
  }

  /** @param until when each lease that holds a delivery ends, milliseconds since the epoch */
  hold(tasks: readonly DeliveryTask[], until: (task: DeliveryTask) => number, done: () => void): void {
    const stored = tasks.filter((task) => task.stored > 0);
    let open = tasks.length - stored.length + 1;
    const one = (): void => {
      open -= 1;
      if (open === 0) done();
    };
    const attempts = stored.map(({ nextAttempt }) => nextAttempt - 1);
    for (const task of stored) task.writing = WRITING;
    const held = (): void => {
      for (const task of stored) this.written(task);
      one();
    };
    this.link.ask('hold', () => this.database.hold(stored, stored.map(until), attempts), held, held);
    for (const task of tasks) if (task.stored === 0) this.record(task, { heldUntil: new Date(until(task)) }, one);
  }

  private record(task: DeliveryTask, due: Due | Held, done: (recorded: Recorded) => void): void {
    if (task.writing) {
      const waiting = this.waiting.get(task) ?? [];
      this.waiting.set(task, waiting);
      waiting.push(() => this.record(task, due, done));
      return;
    }
    const append = this.appendOf(task, due);
    task.pending = [];
    task.writing = WRITING;
    this.tryToWrite(append, 0, (recorded) => {
      if (recorded === 'stored') task.stored += 1;
      if (recorded === 'lost') task.drop();
      else task.markDurable();
      this.written(task);
      done(recorded);
    });
  }

  private written(task: DeliveryTask): void {
    task.writing = undefined;
    const waiting = this.waiting.get(task);
    this.waiting.delete(task);
    for (const next of waiting ?? []) next();
  }

  /** The attempt has happened: its outcome is kept, and written as soon as PostgreSQL is back. */
  private tryToWrite(append: Append, failures: number, done: (recorded: Recorded) => void): void {
    const isFirst = append.version === 1;
    const carryOut = (): Recorded => {
      const isStored = isFirst ? this.database.insert(append) : this.database.append(append);
      if (isStored) return 'stored';
      if (!isFirst) return 'outdated';
      return this.database.existing([append.row.id]).size > 0 ? 'known' : 'lost';
    };
    const again = (): void =>
      this.after(Math.min(50 * 2 ** failures, 5_000), () => this.tryToWrite(append, failures + 1, done));
    this.link.ask('store', carryOut, done, again);
  }

  private present(task: DeliveryTask, done: (present?: PresentDelivery) => void): void {
    const read = (present: PresentDelivery | null): void => {
      if (!present) return done();
      if (present.isOwned || present.isHeld) return done(present);
      this.onLost(task.claim);
      done();
    };
    this.link.ask(
      'read',
      () => this.database.read(task),
      read,
      () => done(),
    );
  }

  private storeHeld(task: DeliveryTask, due: Due, done: () => void): void {
    const ended = (isStored: boolean): void => {
      if (!isStored) this.onLost(task.claim);
      done();
    };
    if (task.pending.length === 0) return ended(false);
    const append = this.appendOf(task, due);
    this.link.ask('store held', () => this.database.appendHeld(append), ended, done);
  }

  private appendOf(task: DeliveryTask, due: Due | Held): Append {
    if (task.row === null) throw new Error(`Delivery ${task.id} has nothing to record.`);
    return { task, row: task.row, events: task.pending, version: task.stored + 1, due };
  }
}
