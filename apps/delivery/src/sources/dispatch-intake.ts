import { countOfRequests } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { isRetryable } from '@signet/kafka';
import type { DeadLetter, DeadLetters, KafkaRecord, RecordBatch, SetAsideReason } from '@signet/kafka';
import type { Database } from '../database/database.port.ts';
import type { Worker } from '../dispatch/worker.ts';
import type { Ownership, PartitionClaim } from '../partitions/ownership.ts';
import { SHELVED_FROM, STALLED_ROUNDS } from '../scheduler/overflow/overflow.policy.ts';
import type { ShelvedRecord } from '../shelf/shelved-records.ts';
import type { Shelving } from '../shelf/shelving.ts';
import type { DeliverySpans } from '../tracing/delivery-spans.ts';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import type { DueDeliveries } from '../work-queue/due-deliveries.ts';
import type { AcceptedRequest } from './accepted-request.ts';
import { BatchTurns } from './batch-turns.ts';
import { DirectoryCatchUp } from './directory-catch-up.ts';
import { DurabilityWait } from './durability-wait.ts';
import { NewTasks } from './new-tasks.ts';
import { PartitionRooms } from './partition-rooms.ts';
import { readRequests } from './read-requests.ts';
import { lost, notTaken, unlessAway } from './reading.ts';
import type { Reading } from './reading.ts';
import { RequestLanes } from './request-lanes.ts';

export interface IntakeParts {
  readonly database: Database;
  readonly due: DueDeliveries;
  readonly directory: WebhookDirectory;
  /** Age of the last heartbeat of the webhooks' table that was read here, milliseconds. */
  readonly heartbeatAgeMs: () => number | undefined;
  readonly directoryReady: () => Promise<void>;
  readonly ownership: Ownership;
  readonly worker: Worker;
  readonly shelving: Shelving;
  /** Whether requests of the webhook wait on the shelf. */
  readonly isShelved: (webhookId: string) => boolean;
  readonly deadLetters: Pick<DeadLetters, 'publish'>;
  readonly clock: Clock;
  readonly spans: Pick<DeliverySpans, 'taking'>;
  readonly options: IntakeOptions;
  /** Another replica has taken the partition. */
  readonly onLost: (claim: PartitionClaim) => void;
  /** All requests of a partition below the offset were taken over, except those that are being shelved: these need no order. */
  readonly onReadTo: (partition: number, offset: bigint) => void;
}

export interface IntakeOptions {
  /**
   * If none of a webhook's attempts ends for this long, its waiting deliveries go to PostgreSQL. Deliveries that would wait
   * more than forty times as long go there, too, if the webhook has a limit or an order of its own, or takes too much of the
   * partition's room. Milliseconds.
   */
  readonly spillAfterMs: number;
  /** Attempts of a delivery where its webhook does not set a number. */
  readonly maxAttempts: number;
}

/** Turns each delivery request of a batch into one task, and resolves when all of them are durable. */
export class DispatchIntake {
  private readonly turns = new BatchTurns();
  private readonly newTasks: NewTasks;
  private readonly durability: DurabilityWait;
  private readonly shelved = new WeakSet<KafkaRecord>();
  /** To be asked for the lanes of the records before they are taken. */
  readonly lanes: RequestLanes;
  private readonly catchUp: DirectoryCatchUp;

  constructor(private readonly parts: IntakeParts) {
    const { worker, clock, options, directory, heartbeatAgeMs } = parts;
    const rooms = new PartitionRooms();
    this.catchUp = new DirectoryCatchUp(directory, heartbeatAgeMs);
    this.lanes = new RequestLanes(rooms, directory, parts.isShelved);
    this.newTasks = new NewTasks({ ...parts, maxAttempts: options.maxAttempts }, rooms);
    this.durability = new DurabilityWait(worker, rooms, clock, options.spillAfterMs);
  }

  /** @throws RetryableError while the partition is not this replica's, or when it was lost under way */
  async take(batch: RecordBatch): Promise<void> {
    await this.parts.directoryReady();
    // Kafka hands over a failed batch again, with the same records.
    const left = batch.records.filter((record) => !this.shelved.has(record));
    if (batch.lane === 'shelf') return this.shelve(left, batch, true);
    await this.turns.wait(batch.signal, () => this.catchUp.untilRead(left, batch.signal));
    const shelvable = this.shelvableOf(left);
    const others = left.filter((record) => !shelvable.has(record));
    // Both run at once: no delivery waits until the requests of a webhook that takes nothing are shelved. The batch is done
    // when both are.
    const results = await Promise.allSettled([
      this.shelve([...shelvable], batch, false),
      this.serve(readRequests({ ...batch, records: others }), batch),
    ]);
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return;
    if (!isRetryable(failed.reason)) this.lanes.release(batch.records);
    throw failed.reason;
  }

  private async serve(accepted: readonly AcceptedRequest[], batch: RecordBatch): Promise<void> {
    const tasks = await this.turns.take(
      batch,
      accepted.some((one) => this.newTasks.orderOf(one) !== null),
      () =>
        this.parts.spans.taking(batch.partition, accepted, (span) => this.newTasks.of(accepted, { ...batch, span })),
    );
    this.lanes.release(batch.records);
    if (!batch.signal.aborted) this.parts.onReadTo(batch.partition, this.turns.readTo(batch.signal));
    await this.durability.untilDurable(tasks, batch);
  }

  /**
   * Takes records back from the shelf; resolves to whether all of them are durable.
   *
   * @param onTaken called when they are in memory
   */
  async takeBack(
    records: readonly KafkaRecord[],
    partition: number,
    signal: AbortSignal,
    onTaken: () => void = () => undefined,
  ): Promise<boolean> {
    const aside: DeadLetter[] = [];
    const setAside = (record: KafkaRecord, why: SetAsideReason): void => void aside.push({ record, why });
    const reading: Reading = { partition, signal, setAside, isShelf: true };
    try {
      const accepted = readRequests({ records, setAside });
      const tasks = await this.parts.spans.taking(partition, accepted, (span) =>
        this.newTasks.of(accepted, { ...reading, span }),
      );
      onTaken();
      if (!(await this.durability.untilDurable(tasks, reading))) return false;
      if (aside.length > 0) await this.parts.deadLetters.publish(aside);
      return true;
    } catch (error) {
      if (isRetryable(error)) return false;
      throw error;
    }
  }

  /** The records that are to be shelved: those of webhooks that take nothing now and have many requests in this batch. */
  private shelvableOf(records: readonly KafkaRecord[]): ReadonlySet<KafkaRecord> {
    const counts = new Map<string, number>();
    for (const { key, headers } of records) {
      const webhookId = String(key);
      counts.set(webhookId, (counts.get(webhookId) ?? 0) + countOfRequests(headers));
    }
    const stalledMs = STALLED_ROUNDS * this.parts.options.spillAfterMs;
    const { loads } = this.parts.worker.scheduler;
    const now = this.parts.clock().getTime();
    for (const [id, count] of counts)
      if (count < SHELVED_FROM || !loads.takesNothing(id, stalledMs, now)) counts.delete(id);
    if (counts.size === 0) return new Set();
    return new Set(records.filter((record) => counts.has(String(record.key)) && this.lanes.isShelvable(record)));
  }

  /** @param areAboveShare their webhooks take deliveries, but hold more than their share of the room */
  private async shelve(records: readonly KafkaRecord[], { partition }: Reading, areAboveShare: boolean): Promise<void> {
    if (records.length === 0) return;
    const claim = this.parts.ownership.claim(partition);
    if (!claim) throw notTaken();
    if (await unlessAway(() => this.parts.shelving.shelve(claim, areAboveShare ? records.map(aboveShare) : records))) {
      for (const record of records) this.shelved.add(record);
      return;
    }
    this.parts.onLost(claim);
    throw lost();
  }
}

const aboveShare = (record: KafkaRecord): ShelvedRecord => ({ ...record, isAboveShare: true });
