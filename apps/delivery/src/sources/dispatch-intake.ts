import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { countOfRequests, isBundle, recordOfOne, requestsOfRecord } from '@signet/contracts';
import type { Clock, RequestWithBody } from '@signet/contracts';
import { isRetryable, RetryableError } from '@signet/kafka';
import type { DeadLetter, DeadLetters, KafkaRecord, RecordBatch, SetAsideReason } from '@signet/kafka';
import { dayOf } from '../delivery/storage/delivery.projection.ts';
import { existingDeliveries } from '../delivery/storage/delivery.log.ts';
import type { RequestOrder } from '../delivery/storage/delivery.log.ts';
import type { DeliverySpans } from '../tracing/delivery-spans.ts';
import { whyNotStorable } from '../storable/storable.policy.ts';
import type { AcceptedRequest } from './accepted-request.ts';
import { BatchTurns } from './batch-turns.ts';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { DirectoryCatchUp } from './directory-catch-up.ts';
import { isDataError } from '../recording/data-error.ts';
import { NO_SPAN } from '@signet/service-kit';
import type { Span } from '@signet/service-kit';
import { DeliveryTask } from '../scheduler/delivery-task.ts';
import { PARTITION_ROOM } from '../dispatch/dispatch.tokens.ts';
import type { Worker } from '../dispatch/worker.ts';
import {
  MAX_ROUNDS,
  overflowOf,
  SHELVED_FROM,
  SLOW_ROUNDS,
  STALLED_ROUNDS,
} from '../scheduler/overflow/overflow.policy.ts';
import type { DueDeliveries } from '../work-queue/due-deliveries.ts';
import type { Ownership, PartitionClaim } from '../partitions/ownership.ts';
import { Shares } from '../scheduler/limits/shares.ts';
import type { Shelving } from '../shelf/shelving.ts';
import type { LaneWatch } from '../scheduler/queues/subject-lanes.ts';

export interface IntakeParts {
  readonly em: EntityManager;
  readonly due: DueDeliveries;
  readonly directory: WebhookDirectory;
  /** Age of the last heartbeat of the webhooks' table that was read here, milliseconds. */
  readonly heartbeatAgeMs: () => number | undefined;
  readonly directoryReady: () => Promise<void>;
  readonly ownership: Ownership;
  readonly worker: Worker;
  readonly shelving: Shelving;
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

/** Where requests were read from: a partition of Kafka, or the shelf's rows of that partition. */
type Reading = Pick<RecordBatch, 'partition' | 'signal' | 'setAside'> & {
  readonly isShelf?: true;
  readonly span?: Span;
};

/** The deliveries and lanes of a batch that PostgreSQL has already. */
interface Stored {
  readonly existing: ReadonlySet<string>;
  readonly storedLanes: ReadonlySet<string>;
}

/** Turns each delivery request of a batch into one task, and resolves when all of them are durable. */
export class DispatchIntake {
  private readonly turns = new BatchTurns();
  /** For each partition: the number of tasks in memory that are not durable yet, by webhook. */
  private readonly rooms = new Map<number, Shares>();
  private readonly shelved = new WeakSet<KafkaRecord>();

  private readonly catchUp: DirectoryCatchUp;

  constructor(private readonly parts: IntakeParts) {
    this.catchUp = new DirectoryCatchUp(parts.directory, parts.heartbeatAgeMs);
  }

  /** @throws RetryableError while the partition is not this replica's, or when it was lost under way */
  async take(batch: RecordBatch): Promise<void> {
    await this.parts.directoryReady();
    // Kafka hands over a failed batch again, with the same records.
    const left = batch.records.filter((record) => !this.shelved.has(record));
    await this.catchUp.untilRead(left, batch.signal);
    const shelvable = this.shelvableOf(left);
    const others = left.filter((record) => !shelvable.has(record));
    // Both run at once: no delivery waits until the requests of a webhook that takes nothing are shelved. The batch is done
    // when both are.
    const results = await Promise.allSettled([
      this.shelve([...shelvable], batch),
      this.serve(this.read({ ...batch, records: others }), batch),
    ]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async serve(accepted: readonly AcceptedRequest[], batch: RecordBatch): Promise<void> {
    const tasks = await this.turns.take(
      batch,
      accepted.some((one) => this.orderOf(one) !== null),
      () =>
        this.parts.spans.taking(batch.partition, accepted, (span) => this.tasksOfEach(accepted, { ...batch, span })),
    );
    if (!batch.signal.aborted) this.parts.onReadTo(batch.partition, this.turns.readTo(batch.signal));
    await this.untilDurable(tasks, batch);
  }

  /** Takes records back from the shelf; resolves to whether all of them are durable. */
  async takeBack(records: readonly KafkaRecord[], partition: number, signal: AbortSignal): Promise<boolean> {
    const aside: DeadLetter[] = [];
    const setAside = (record: KafkaRecord, why: SetAsideReason): void => void aside.push({ record, why });
    const reading: Reading = { partition, signal, setAside, isShelf: true };
    try {
      const accepted = this.read({ records, setAside });
      const tasks = await this.parts.spans.taking(partition, accepted, (span) =>
        this.tasksOfEach(accepted, { ...reading, span }),
      );
      if (!(await this.untilDurable(tasks, reading))) return false;
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
    return new Set(records.filter((record) => counts.has(String(record.key)) && this.isShelvable(record)));
  }

  private async shelve(records: readonly KafkaRecord[], { partition }: Reading): Promise<void> {
    if (records.length === 0) return;
    const claim = this.parts.ownership.claim(partition);
    if (!claim) throw notTaken();
    if (await unlessAway(() => this.parts.shelving.shelve(claim, records))) {
      for (const record of records) this.shelved.add(record);
      return;
    }
    this.parts.onLost(claim);
    throw lost();
  }

  /**
   * Whether the record may be shelved. Not if its webhook asks for an order. Not a test or a replay either, because a person
   * waits for it. A bundle is none of these.
   */
  private isShelvable(record: KafkaRecord): boolean {
    if (this.parts.directory.get(String(record.key))?.ordering === 'subject') return false;
    return isBundle(record.headers) || requestsOfRecord(record)?.[0]?.request.kind === 'message';
  }

  /** Waits until the tasks are durable, and hands slow ones to PostgreSQL. Resolves to false if the reading ends before. */
  private async untilDurable(tasks: readonly DeliveryTask[], batch: Reading): Promise<boolean> {
    const durable = allDurable(tasks);
    const { spillAfterMs } = this.parts.options;
    const takenAt = this.parts.clock().getTime();
    while (!batch.signal.aborted) {
      const roundEndsAt = this.parts.clock().getTime() + spillAfterMs;
      const isDurable = await settlesWithin(durable, spillAfterMs, batch.signal);
      if (isDurable === true) return true;
      if (batch.signal.aborted) return false;
      // Some tasks were dropped and are not in PostgreSQL: the batch must not count as done.
      if (isDurable === false) throw lost();
      // If our event loop was blocked, responses may be waiting unread: yield once before judging a webhook slow.
      await setImmediate();
      const now = this.parts.clock().getTime();
      const rounds = (now - takenAt) / spillAfterMs;
      // A round that ended late says more about this process than about any webhook.
      if (rounds < MAX_ROUNDS && now - roundEndsAt > spillAfterMs) continue;
      const overflowing = this.overflowing(tasks, batch.partition, rounds, now);
      if (overflowing.length > 0) await this.parts.worker.carryOut({ type: 'Overflowed', tasks: overflowing });
    }
    return false;
  }

  private overflowing(tasks: readonly DeliveryTask[], partition: number, rounds: number, now: number): DeliveryTask[] {
    const overflows = new Map<string, (task: DeliveryTask) => boolean>();
    return tasks.filter((task) => {
      let test = overflows.get(task.webhookId);
      if (!test) overflows.set(task.webhookId, (test = this.overflowTest(task.webhookId, partition, rounds, now)));
      return test(task);
    });
  }

  /** Returns a test that says which of the webhook's tasks should go to PostgreSQL. */
  private overflowTest(
    webhookId: string,
    partition: number,
    rounds: number,
    now: number,
  ): (task: DeliveryTask) => boolean {
    const { spillAfterMs } = this.parts.options;
    const { loads } = this.parts.worker.scheduler;
    const load = loads.of(webhookId, now);
    if (load.sinceProgressMs >= spillAfterMs) loads.noteSlow(webhookId, now);
    const isOverShare = !this.roomOf(partition).allows(webhookId);
    switch (overflowOf(load, rounds, spillAfterMs, isOverShare)) {
      case 'all':
        return () => true;
      case 'none':
        return () => false;
      case 'far_behind': {
        const farBehind = loads.farBehind(webhookId, SLOW_ROUNDS * spillAfterMs);
        return (task) => farBehind.has(task);
      }
    }
  }

  /** The requests of the records. A faulty request is set aside alone: the other requests of its record are kept. */
  private read({ records, setAside }: Pick<RecordBatch, 'records' | 'setAside'>): AcceptedRequest[] {
    const accepted: AcceptedRequest[] = [];
    for (const record of records) {
      const requests = requestsOfRecord(record);
      if (!requests) setAside(record, NOT_A_REQUEST);
      for (const [index, one] of (requests ?? []).entries()) {
        const fault = one ? faultOf(one) : NOT_A_REQUEST;
        if (fault) setAside(recordOfOne(record, index), fault);
        else if (one) accepted.push({ ...one, offset: BigInt(record.offset), record, index });
      }
    }
    return accepted;
  }

  /**
   * Makes tasks of the requests. If one request makes the work on all of them fail, they are halved until it is alone, and it
   * is set aside. `tasksOf` can be called again, because it tells the scheduler nothing before the last step that can
   * fail.
   */
  private async tasksOfEach(accepted: readonly AcceptedRequest[], batch: Reading): Promise<DeliveryTask[]> {
    try {
      return await this.tasksOf(accepted, batch);
    } catch (error) {
      const [only] = accepted;
      if (isRetryable(error) || !only) throw error;
      if (accepted.length === 1) {
        const detail = error instanceof Error ? error.message : String(error);
        batch.setAside(recordOfOne(only.record, only.index), { reason: 'handler_error', detail });
        return [];
      }
      const middle = Math.ceil(accepted.length / 2);
      const first = await this.tasksOfEach(accepted.slice(0, middle), batch);
      return [...first, ...(await this.tasksOfEach(accepted.slice(middle), batch))];
    }
  }

  /**
   * Makes tasks of the requests that are not stored yet and tells the scheduler of them; stored deliveries are served from
   * PostgreSQL. Tasks that are in memory already are found before the query: they may end, and leave memory, while it runs.
   */
  private async tasksOf(accepted: readonly AcceptedRequest[], batch: Reading): Promise<DeliveryTask[]> {
    const inHand = new Map<string, DeliveryTask>();
    for (const { request } of accepted) {
      const task = this.parts.worker.scheduler.get(request.deliveryId);
      if (task) inHand.set(task.id, task);
    }
    const unknown = accepted.filter(({ request }) => !inHand.has(request.deliveryId));
    const lanes = unknown.flatMap((one) => {
      const order = this.orderOf(one);
      return order ? [{ webhookId: one.request.webhookId, subject: order.subject }] : [];
    });
    const watch = this.parts.worker.scheduler.watchLanes();
    const changes = this.parts.worker.scheduler.watchChanges();
    try {
      const stored = await this.storedOf(unknown, lanes);
      const unseen = unknown.filter(({ request }) => !changes.left.has(request.deliveryId));
      return [...inHand.values(), ...this.offered(unseen, stored, watch, batch)];
    } finally {
      watch.end();
      changes.end();
    }
  }

  private offered(
    unknown: readonly AcceptedRequest[],
    { existing, storedLanes }: Stored,
    watch: LaneWatch,
    batch: Reading,
  ): DeliveryTask[] {
    const claim = this.parts.ownership.claim(batch.partition);
    if (batch.signal.aborted) return [];
    if (!claim) throw notTaken();
    const now = this.parts.clock();
    const fresh = unknown
      .filter(({ request }) => !existing.has(request.deliveryId))
      .map((one) => {
        const { request, body } = one;
        const maxAttempts = this.parts.directory.get(request.webhookId)?.maxAttempts ?? this.parts.options.maxAttempts;
        return DeliveryTask.requested(request, body, claim, maxAttempts, now, this.orderOf(one));
      });
    const room = this.roomOf(batch.partition);
    for (const task of fresh) {
      const { webhookId, order } = task;
      task.wasShelved = batch.isShelf ?? false;
      task.takenIn = batch.span ?? NO_SPAN;
      const isBehindStored =
        watch.isOutdated(task) || (order !== null && storedLanes.has(laneKey(webhookId, order.subject)));
      room.take(webhookId);
      task.durability.onSettled(() => room.give(webhookId));
      this.parts.worker.tell({ type: 'Requested', task, isBehindStored });
    }
    return fresh;
  }

  private roomOf(partition: number): Shares {
    let room = this.rooms.get(partition);
    if (!room) this.rooms.set(partition, (room = new Shares(PARTITION_ROOM)));
    return room;
  }

  /** The request's place in an order; null where its webhook asks for no order, or the request has no subject. */
  private orderOf({ request: { webhookId, subject }, offset }: AcceptedRequest): RequestOrder | null {
    if (subject === undefined || this.parts.directory.get(webhookId)?.ordering !== 'subject') return null;
    return { subject, offset };
  }

  private async storedOf(
    accepted: readonly AcceptedRequest[],
    lanes: readonly { webhookId: string; subject: string }[],
  ): Promise<Stored> {
    const days = [...new Set(accepted.map(({ request }) => dayOf(request.messageTime)))];
    const ids = accepted.map(({ request }) => request.deliveryId);
    const [existing, stored] = await unlessAway(() =>
      Promise.all([
        existingDeliveries(this.parts.em.fork(), ids, days),
        lanes.length > 0 ? this.parts.due.stored(lanes) : [],
      ]),
    );
    return { existing, storedLanes: new Set(stored.map(({ webhookId, subject }) => laneKey(webhookId, subject))) };
  }
}

const NOT_A_REQUEST: SetAsideReason = {
  reason: 'not_a_delivery_request',
  detail: 'A header of the request is missing, incomplete or wrong, or does not fit the value.',
};

/** Why the request is set aside before it is sent; null if it has no fault. */
function faultOf({ request, body }: RequestWithBody): SetAsideReason | null {
  if (body.length === 0 || !isUtf8(body))
    return { reason: 'body_not_utf8', field: 'body', detail: 'The body is empty or not UTF-8.' };
  return whyNotStorable(request, body);
}

const notTaken = (): Error => new RetryableError('partition_not_taken', 'The partition is not served here.');
const lost = (): Error => new RetryableError('partition_lost', 'The partition was lost for a moment.');

/**
 * Many errors of a database have no code from the driver. If it is not a data error, the record is not at fault, and the
 * batch is tried again.
 */
async function unlessAway<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isDataError(error)) throw error;
    throw new RetryableError('database_unavailable', 'PostgreSQL cannot be asked.', { cause: error });
  }
}

/** Resolves when all of the tasks are settled: to false if one of them was dropped. */
function allDurable(tasks: readonly DeliveryTask[]): Promise<boolean> {
  let open = tasks.length;
  let areDurable = true;
  return new Promise((resolve) => {
    if (open === 0) resolve(true);
    for (const { durability } of tasks)
      durability.onSettled((isDurable) => {
        areDurable &&= isDurable;
        open -= 1;
        if (open === 0) resolve(areDurable);
      });
  });
}

const laneKey = (webhookId: string, subject: string): string => `${webhookId}/${subject}`;

/** The promise's value; undefined if the time is over, or the signal aborts, before it settles. */
async function settlesWithin<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const gaveUp = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
    onAbort = () => resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, gaveUp]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}
