import { backoffMs } from '@signet/async';
import type { Database } from '../database/database.port.ts';
import type { DayPartitions } from '../database/day-partitions.ts';
import {
  appendToDeliveries,
  appendToHeldDelivery,
  existingDeliveries,
  insertDeliveries,
} from '../delivery/storage/delivery.log.ts';
import type { Due, Held, LogAppend } from '../delivery/storage/delivery.log.ts';
import type { DeliverySpans } from '../tracing/delivery-spans.ts';
import { isDataError, isWithoutPartition } from './data-error.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';

/**
 * The outcome of a write. `known`: the delivery existed already. `lost`: PostgreSQL does not have the delivery, because the
 * claim on its partition no longer holds. `outdated`: the log has newer events, or the claim is lost. `unstorable`:
 * PostgreSQL refuses it, and it is on the dead-letter topic.
 */
export type Recorded = 'stored' | 'known' | 'lost' | 'outdated' | 'unstorable';

interface Write {
  readonly task: DeliveryTask;
  readonly append: LogAppend;
  readonly done: (recorded: Recorded) => void;
}

/**
 * The longest linger of a delivery in an order, milliseconds: the next delivery of its subject is sent only when this one is stored. The
 * deliveries of other subjects that end meanwhile share its statement.
 */
const ORDERED_LINGER_MS = 3;

/** The waits while PostgreSQL is away. */
const AFTER_FAILURES = { firstMs: 100, longestMs: 5_000 };

type Store = (database: Database, appends: readonly LogAppend[]) => Promise<Set<string>>;

export interface RecorderOptions {
  /** Rows in one statement, at most. */
  readonly batchSize: number;
  /**
   * How long a write may wait for others to share its statement. A longer wait costs less; after a shorter one a crash
   * repeats fewer attempts.
   */
  readonly lingerMs: number;
  /** Statements under way at once. */
  readonly lanes: number;
}

export interface RecorderListener {
  /** Writes may have been committed: the relay can look for new outcomes. */
  committed(): void;
  /** PostgreSQL could not be reached or answered with a fault of its own; the writes are kept and tried again. */
  failed(error: unknown, rows: number): void;
  /**
   * PostgreSQL refuses this delivery's events for good. Resolves to true when the delivery is on the dead-letter topic.
   * Resolves to false if the service ends before that, so that the Kafka record must be read again.
   */
  refused(error: unknown, task: DeliveryTask): Promise<boolean>;
}

/**
 * Stores the events of deliveries, many in one statement. Recording the attempt and scheduling the next are one write, so
 * that a crash between the two cannot lose a delivery.
 *
 * It is no `Batcher`: several statements run at once, a write waits a moment for others, and a batch that PostgreSQL refuses is
 * halved.
 */
export class Recorder {
  private readonly inserts: Write[] = [];
  private readonly updates: Write[] = [];
  private busyLanes = 0;
  private timer: NodeJS.Timeout | undefined;
  /** The timer runs for a delivery in an order. */
  private isTimerShort = false;
  private failures = 0;

  constructor(
    private readonly database: Database,
    private readonly partitions: DayPartitions,
    private readonly options: RecorderOptions,
    private readonly listener: RecorderListener,
    private readonly spans: Pick<DeliverySpans, 'storing'>,
  ) {}

  /** Stores the task's pending events. Afterwards the task is either durable or, if it is lost, dropped. */
  async record(task: DeliveryTask, due: Due | Held): Promise<Recorded> {
    while (task.writing) await task.writing;
    const append = appendOf(task, due);
    task.pending = [];
    const write = new Promise<Recorded>((done) => {
      (task.stored === 0 ? this.inserts : this.updates).push({ task, append, done });
    });
    task.writing = write;
    this.schedule(task.order !== null);
    const recorded = await write;
    task.writing = undefined;
    if (recorded === 'stored') task.stored += 1;
    // An offset may be committed on Kafka only if PostgreSQL or the dead-letter topic has the delivery.
    if (recorded === 'lost') task.drop();
    else task.markDurable();
    return recorded;
  }

  /**
   * Stores the pending events of a task whose delivery is held; false when the partition's new owner has leased the delivery
   * since.
   */
  async recordHeld(task: DeliveryTask, due: Due): Promise<boolean> {
    const isStored = await appendToHeldDelivery(this.database, appendOf(task, due));
    this.listener.committed();
    return isStored;
  }

  /** Number of queued writes, without those under way. */
  get backlog(): number {
    return this.inserts.length + this.updates.length;
  }

  private schedule(isOrdered = false): void {
    if (this.busyLanes >= this.options.lanes || this.backlog === 0) return;
    const isFull = this.backlog >= this.options.batchSize && this.failures === 0;
    if (isFull) {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.startLane();
    } else {
      this.lingerUntilStart(isOrdered && this.failures === 0);
    }
  }

  private lingerUntilStart(isShort: boolean): void {
    if (this.timer !== undefined && (this.isTimerShort || !isShort)) return;
    clearTimeout(this.timer);
    const { lingerMs } = this.options;
    const linger = isShort ? Math.min(lingerMs, ORDERED_LINGER_MS) : lingerMs;
    this.isTimerShort = isShort;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.startLane();
      },
      this.failures > 0 ? backoffMs(this.failures, AFTER_FAILURES) : linger,
    );
  }

  private startLane(): void {
    if (this.busyLanes >= this.options.lanes) return;
    const inserts = this.inserts.splice(0, this.options.batchSize);
    const updates = this.updates.splice(0, this.options.batchSize - inserts.length);
    this.busyLanes += 1;
    void Promise.all([
      this.flush(inserts, this.inserts, insertDeliveries),
      this.flush(updates, this.updates, appendToDeliveries),
    ]).then(() => {
      this.busyLanes -= 1;
      this.listener.committed();
      this.schedule();
    });
  }

  private async flush(writes: readonly Write[], queue: Write[], store: Store): Promise<void> {
    if (writes.length === 0) return;
    try {
      await this.partitions.ensure(writes.map(({ append }) => append.row));
      const appends = writes.map(({ append }) => append);
      const tasks = writes.map(({ task }) => task);
      const stored = await this.spans.storing(tasks, () => store(this.database, appends));
      const refused = writes.filter(({ append }) => !stored.has(append.row.id));
      const known = await this.knownOf(refused);
      this.failures = 0;
      for (const { append, done } of writes) done(stored.has(append.row.id) ? 'stored' : refusal(append, known));
    } catch (error) {
      if (isWithoutPartition(error)) {
        this.partitions.forget(writes.map(({ append }) => append.row.day));
        queue.unshift(...writes);
        return;
      }
      if (isDataError(error)) return this.isolate(error, writes, queue, store);
      // The attempts have happened: they are kept and written as soon as PostgreSQL is back.
      this.failures += 1;
      this.listener.failed(error, writes.length);
      queue.unshift(...writes);
    }
  }

  /**
   * Which of the deliveries that were not inserted exist already. This query is rare: only for repeats, and after a claim was
   * lost.
   */
  private async knownOf(refused: readonly Write[]): Promise<Set<string>> {
    const rows = refused.filter(({ append }) => append.version === 1).map(({ append }) => append.row);
    const days = [...new Set(rows.map(({ day }) => day))];
    return existingDeliveries(
      this.database,
      rows.map(({ id }) => id),
      days,
    );
  }

  /** One row that PostgreSQL cannot take must not hold back the others: the batch is halved until it is alone. */
  private async isolate(error: unknown, writes: readonly Write[], queue: Write[], store: Store): Promise<void> {
    const [only] = writes;
    if (writes.length === 1 && only) {
      // Kafka may be away for a long time: the other writes do not wait for the dead letter.
      void this.listener.refused(error, only.task).then((isSetAside) => only.done(isSetAside ? 'unstorable' : 'lost'));
      return;
    }
    const middle = Math.ceil(writes.length / 2);
    await this.flush(writes.slice(0, middle), queue, store);
    await this.flush(writes.slice(middle), queue, store);
  }
}

function appendOf({ id, row, pending: events, stored, body, claim, order }: DeliveryTask, due: Due | Held): LogAppend {
  if (row === null) throw new Error(`Delivery ${id} has nothing to record.`);
  return { row, events, version: stored + 1, body, claim, due, order };
}

const refusal = ({ row, version }: LogAppend, known: ReadonlySet<string>): Recorded =>
  version > 1 ? 'outdated' : known.has(row.id) ? 'known' : 'lost';
