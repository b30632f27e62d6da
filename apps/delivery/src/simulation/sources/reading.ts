import type { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { RequestRecord } from '../kafka/kafka.ts';
import { Intake } from './intake.ts';
import type { ReplicaParts } from '../replica/replica-parts.ts';

const FETCH_MS = 60;
const BATCH_SIZE = 6;
/** Before a batch that could not be taken is tried again, milliseconds. */
const AGAIN_MS = 250;
const COMMIT_MS = 100;

export interface Batch {
  readonly from: number;
  readonly records: readonly RequestRecord[];
  isTaken: boolean;
  isDurable: boolean;
}

/**
 * One reading of a partition, from the committed offset on. Batches are worked on side by side, those whose order matters one after
 * the other. The offset behind the last batch is committed when that batch and all before it are durable.
 */
export class Reading {
  isEnded = false;
  private position: number;
  private readonly batches: Batch[] = [];
  /** Batches that wait for the directory. */
  private readonly unread: Batch[] = [];
  /** Ordered batches that wait for their turn; the first one has it. */
  private readonly turns: (() => void)[] = [];
  private readonly intake: Intake;
  private inMemory = 0;
  private committed: number;
  private taken: number;

  constructor(
    private readonly replica: ReplicaParts,
    readonly partition: number,
    private readonly generation: number,
  ) {
    this.position = replica.world.kafka.committedOf(partition);
    this.committed = this.position;
    this.taken = this.position;
    this.intake = new Intake(replica, this);
    this.fetch();
  }

  end(): void {
    this.isEnded = true;
  }

  private fetch(): void {
    this.replica.host.after(FETCH_MS, () => {
      if (this.isEnded) return;
      const { kafka, plan } = this.replica.world;
      const limit = Math.min(BATCH_SIZE, plan.room - this.inMemory);
      const records = limit > 0 ? kafka.read(this.partition, this.position, limit) : [];
      if (records.length > 0) this.take(records);
      this.fetch();
    });
  }

  private take(records: readonly RequestRecord[]): void {
    const batch: Batch = { from: this.position, records, isTaken: false, isDurable: false };
    this.position += records.length;
    this.inMemory += records.length;
    this.batches.push(batch);
    this.unread.push(batch);
    if (this.unread.length === 1) this.catchUp();
  }

  /** Batches wait for the directory one after the other: none overtakes another. */
  private catchUp(): void {
    const [batch] = this.unread;
    if (!batch || this.isEnded) return;
    this.intake.untilDirectoryIsRead(batch.records, () => {
      this.unread.shift();
      this.serve(batch);
      this.catchUp();
    });
  }

  private serve(batch: Batch): void {
    if (this.isEnded) return;
    if (!this.intake.isOrdered(batch.records)) {
      this.intake.tasksOf(
        batch.records,
        (tasks) => this.tookOver(batch, tasks),
        () => this.again(() => this.serve(batch)),
      );
      return;
    }
    const work = (): void => {
      if (this.isEnded) return;
      const done = (tasks: readonly DeliveryTask[]): void => {
        this.tookOver(batch, tasks);
        this.turns.shift();
        this.turns[0]?.();
      };
      this.intake.tasksOf(batch.records, done, () => this.again(work));
    };
    this.turns.push(work);
    if (this.turns.length === 1) work();
  }

  private again(work: () => void): void {
    this.replica.host.after(AGAIN_MS, () => {
      if (!this.isEnded) work();
    });
  }

  private tookOver(batch: Batch, tasks: readonly DeliveryTask[]): void {
    batch.isTaken = true;
    for (const { from, records, isTaken } of this.batches) {
      if (!isTaken) break;
      this.taken = Math.max(this.taken, from + records.length);
    }
    this.replica.backlog.readTo(this.partition, BigInt(this.taken));
    // Tasks that were dropped are not in PostgreSQL: the batch is taken once more.
    this.intake.untilDurable(tasks, (isDurable) => {
      if (!isDurable) return this.again(() => this.serve(batch));
      this.durable(batch);
    });
  }

  private durable(batch: Batch): void {
    batch.isDurable = true;
    this.inMemory -= batch.records.length;
    let first = this.batches[0];
    while (first?.isDurable) {
      this.committed = first.from + first.records.length;
      this.batches.shift();
      first = this.batches[0];
    }
    this.commit(this.committed);
  }

  commit(offset: number): void {
    const { world, host } = this.replica;
    host.after(COMMIT_MS, () => {
      if (this.isEnded || !world.group.isOfGeneration(this.replica.memberId, this.generation)) return;
      if (offset > world.kafka.committedOf(this.partition)) world.kafka.commit(this.partition, offset);
    });
  }
}
