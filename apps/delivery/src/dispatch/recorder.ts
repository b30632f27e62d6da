import type { EntityManager } from '@mikro-orm/postgresql';
import type { DayPartitions } from '../database/day-partitions.ts';
import { appendToDeliveries, insertDeliveries } from '../delivery/delivery.log.ts';
import type { Due, LogAppend } from '../delivery/delivery.log.ts';
import type { DeliveryTask } from './delivery-task.ts';

interface Write {
  readonly append: LogAppend;
  readonly done: (stored: boolean) => void;
}

type Store = (em: EntityManager, appends: readonly LogAppend[]) => Promise<Set<string>>;

export interface RecorderOptions {
  /** Rows a statement at most. */
  readonly batchSize: number;
  /** How long a write may wait for company. Longer batches cost less; shorter ones repeat less after a crash. */
  readonly lingerMs: number;
  /** Statements under way at once. */
  readonly lanes: number;
}

export interface RecorderListener {
  /** Something was committed: the relay may look. */
  committed(): void;
  /** PostgreSQL could not be reached or answered with a fault of its own; the writes are kept and tried again. */
  failed(error: unknown, rows: number): void;
  /** PostgreSQL will never take this row. */
  refused(error: unknown, append: LogAppend): void;
}

/**
 * Stores what happened to deliveries, many in one statement. Recording the attempt and scheduling the next are one
 * write, so that a crash between the two cannot lose a delivery.
 */
export class Recorder {
  private readonly inserts: Write[] = [];
  private readonly updates: Write[] = [];
  private busyLanes = 0;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;

  constructor(
    private readonly em: EntityManager,
    private readonly partitions: DayPartitions,
    private readonly options: RecorderOptions,
    private readonly listener: RecorderListener,
  ) {}

  /**
   * Stores the task's pending events. Resolves to false when PostgreSQL refused: the delivery existed already, its log
   * went on without us, or the claim is lost; the task is then somebody else's.
   */
  async record(task: DeliveryTask, due: Due): Promise<boolean> {
    while (task.writing) await task.writing;
    const { row, pending: events, body, claim } = task;
    if (row === null) throw new Error(`Delivery ${task.id} has nothing to record.`);
    const append: LogAppend = { row, events, version: task.stored + 1, body, claim, due };
    task.pending = [];
    const write = new Promise<boolean>((done) => {
      (task.stored === 0 ? this.inserts : this.updates).push({ append, done });
    });
    task.writing = write;
    this.schedule();
    const stored = await write;
    task.writing = undefined;
    if (stored) task.stored += 1;
    task.markDurable();
    return stored;
  }

  /** Writes queued, those under way not counted. */
  get backlog(): number {
    return this.inserts.length + this.updates.length;
  }

  private schedule(): void {
    if (this.busyLanes >= this.options.lanes || this.backlog === 0) return;
    const isFull = this.backlog >= this.options.batchSize && this.failures === 0;
    if (isFull) {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.startLane();
    } else {
      const wait = this.failures > 0 ? Math.min(50 * 2 ** this.failures, 5_000) : this.options.lingerMs;
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.startLane();
      }, wait);
    }
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
      await this.partitions.ensure(writes.map(({ append }) => append.row.day));
      const stored = await store(
        this.em.fork(),
        writes.map(({ append }) => append),
      );
      this.failures = 0;
      for (const { append, done } of writes) done(stored.has(append.row.id));
    } catch (error) {
      if (isDataError(error)) return this.isolate(error, writes, queue, store);
      // The attempts have happened: they are kept and written as soon as PostgreSQL is back.
      this.failures += 1;
      this.listener.failed(error, writes.length);
      queue.unshift(...writes);
    }
  }

  /** One row that PostgreSQL cannot take must not hold back the others: the batch is halved until it is alone. */
  private async isolate(error: unknown, writes: readonly Write[], queue: Write[], store: Store): Promise<void> {
    const [only] = writes;
    if (writes.length === 1 && only) {
      this.listener.refused(error, only.append);
      only.done(false);
      return;
    }
    const middle = Math.ceil(writes.length / 2);
    await this.flush(writes.slice(0, middle), queue, store);
    await this.flush(writes.slice(middle), queue, store);
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity violation): the same row would be refused again. */
function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^2[23]/.test(code);
}
