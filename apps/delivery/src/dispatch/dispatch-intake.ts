import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { decodeDeliveryRequest } from '@signet/contracts';
import type { Clock, DeliveryRequest } from '@signet/contracts';
import { RetryableError } from '@signet/kafka';
import type { RecordBatch } from '@signet/kafka';
import { dayOf } from '../delivery/delivery.projection.ts';
import { existingDeliveries } from '../delivery/delivery.log.ts';
import type { RequestOrder } from '../delivery/delivery.log.ts';
import { BatchTurns } from './batch-turns.ts';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { isDataError } from './data-error.ts';
import { DeliveryTask } from './delivery-task.ts';
import { PARTITION_ROOM } from './dispatch.tokens.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { DueDeliveries } from './due-deliveries.ts';
import type { Ownership } from './ownership.ts';
import { Shares } from './shares.ts';
import type { LaneWatch } from './subject-lanes.ts';

export interface IntakeOptions {
  /**
   * Deliveries of a webhook that makes no progress for this long go to PostgreSQL, and those that would wait for more than
   * forty times as long: of one that takes too much of the room for others, and of one with a limit or an order of its own.
   * Milliseconds.
   */
  readonly spillAfterMs: number;
  /** Attempts of a delivery where its webhook does not say. */
  readonly maxAttempts: number;
}

/**
 * What is written to PostgreSQL and read back costs three times what goes out from memory: under load that would make
 * everything later still. So what waits stays in memory for so long, …
 */
const MAX_ROUNDS = 80;
/**
 * … but not what its webhook keeps waiting for longer than this by a limit of its own, nor what is further behind of one
 * that leaves others too little room. Those of a fast webhook are not: others of its partition wait for them meanwhile.
 */
const SLOW_ROUNDS = 40;
/** At the beginning of a burst everything takes long: how far behind something is shows after a while. */
const ROUNDS_TO_SETTLE = 8;

interface Accepted {
  readonly request: DeliveryRequest;
  readonly offset: bigint;
  readonly body: Buffer;
}

/** What PostgreSQL has already. */
interface Stored {
  readonly existing: ReadonlySet<string>;
  readonly storedLanes: ReadonlySet<string>;
}

/** Turns a batch of delivery requests into tasks, once each, and answers when every one of them is durable. */
export class DispatchIntake {
  private readonly turns = new BatchTurns();
  /** Of each partition: what is in memory and not durable yet, by webhook. */
  private readonly rooms = new Map<number, Shares>();

  constructor(
    private readonly em: EntityManager,
    private readonly due: DueDeliveries,
    private readonly directory: WebhookDirectory,
    private readonly directoryReady: () => Promise<void>,
    private readonly ownership: Ownership,
    private readonly dispatcher: Dispatcher,
    private readonly clock: Clock,
    /** All requests of a partition below the offset were taken over. */
    private readonly onReadTo: (partition: number, offset: bigint) => void,
    private readonly options: IntakeOptions,
  ) {}

  /** @throws RetryableError while the partition is not this replica's, or when it was lost under way */
  async take(batch: RecordBatch): Promise<void> {
    await this.directoryReady();
    const accepted = this.read(batch);
    const tasks = await this.turns.take(
      batch,
      accepted.some((one) => this.orderOf(one) !== null),
      () => this.tasksOf(accepted, batch),
    );
    if (!batch.signal.aborted) this.onReadTo(batch.partition, this.turns.readTo(batch.signal));
    const durable = Promise.all(tasks.map(({ whenDurable }) => whenDurable)).then((all) => all.every(Boolean));
    const { spillAfterMs } = this.options;
    const takenAt = this.clock().getTime();
    while (!batch.signal.aborted) {
      const roundEndsAt = this.clock().getTime() + spillAfterMs;
      const isDurable = await settlesWithin(durable, spillAfterMs, batch.signal);
      if (isDurable === true || batch.signal.aborted) return;
      // Neither PostgreSQL nor anybody here knows of some of them: the batch must not count as done.
      if (isDurable === false) throw new RetryableError('partition_lost', 'The partition was lost for a moment.');
      // Answers may have come that nobody has looked at while this process was busy; who was not heard is not slow.
      await setImmediate();
      const now = this.clock().getTime();
      const rounds = (now - takenAt) / spillAfterMs;
      if (rounds >= MAX_ROUNDS) await this.dispatcher.spill(tasks);
      else if (now - roundEndsAt <= spillAfterMs)
        await this.dispatcher.spill(this.slowOf(tasks, batch.partition, rounds >= ROUNDS_TO_SETTLE));
    }
  }

  private slowOf(tasks: readonly DeliveryTask[], partition: number, isSettled: boolean): DeliveryTask[] {
    const isSlow = new Map<string, (task: DeliveryTask) => boolean>();
    return tasks.filter((task) => {
      let test = isSlow.get(task.webhookId);
      if (!test) isSlow.set(task.webhookId, (test = this.slownessOf(task.webhookId, partition, isSettled)));
      return test(task);
    });
  }

  /** Says of the webhook's tasks which are better off in PostgreSQL. */
  private slownessOf(webhookId: string, partition: number, isSettled: boolean): (task: DeliveryTask) => boolean {
    const { spillAfterMs } = this.options;
    const slowMs = SLOW_ROUNDS * spillAfterMs;
    if (this.dispatcher.isSlow(webhookId, spillAfterMs, slowMs)) return () => true;
    if (!isSettled || this.roomOf(partition).allows(webhookId)) return () => false;
    const farBehind = this.dispatcher.farBehind(webhookId, slowMs);
    return (task) => farBehind.has(task);
  }

  private read(batch: RecordBatch): Accepted[] {
    const accepted: Accepted[] = [];
    for (const record of batch.records) {
      const request = decodeDeliveryRequest(record.headers);
      if (!request)
        batch.setAside(record, {
          reason: 'not_a_delivery_request',
          detail: 'The signet-request header is missing or incomplete.',
        });
      else if (!record.value || !isUtf8(record.value))
        batch.setAside(record, { reason: 'body_not_utf8', field: 'body', detail: 'The body is empty or not UTF-8.' });
      else accepted.push({ request, offset: BigInt(record.offset), body: record.value });
    }
    return accepted;
  }

  /**
   * Tasks of the requests that are not stored yet, in the dispatcher's hands: whatever is stored is served from PostgreSQL.
   * What is in hand already is awaited as it is: it may end, and leave, while PostgreSQL is asked.
   */
  private async tasksOf(accepted: readonly Accepted[], batch: RecordBatch): Promise<DeliveryTask[]> {
    const inHand = new Map<string, DeliveryTask>();
    for (const { request } of accepted) {
      const task = this.dispatcher.get(request.deliveryId);
      if (task) inHand.set(task.id, task);
    }
    const unknown = accepted.filter(({ request }) => !inHand.has(request.deliveryId));
    const lanes = unknown.flatMap((one) => {
      const order = this.orderOf(one);
      return order ? [{ webhookId: one.request.webhookId, subject: order.subject }] : [];
    });
    const watch = this.dispatcher.watchLanes();
    try {
      const stored = await this.storedOf(unknown, lanes);
      return [...inHand.values(), ...this.offered(unknown, stored, watch, batch)];
    } finally {
      watch.end();
    }
  }

  private offered(
    unknown: readonly Accepted[],
    { existing, storedLanes }: Stored,
    watch: LaneWatch,
    batch: RecordBatch,
  ): DeliveryTask[] {
    const claim = this.ownership.claim(batch.partition);
    if (batch.signal.aborted) return [];
    if (!claim) throw new RetryableError('partition_not_taken', 'The partition is not served here.');
    const now = this.clock();
    const fresh = unknown
      .filter(({ request }) => !existing.has(request.deliveryId))
      .map((one) => {
        const { request, body } = one;
        const maxAttempts = this.directory.get(request.webhookId)?.maxAttempts ?? this.options.maxAttempts;
        return DeliveryTask.requested(request, body, claim, maxAttempts, now, this.orderOf(one));
      });
    const room = this.roomOf(batch.partition);
    for (const task of fresh) {
      const { webhookId, order } = task;
      const isBehindStored =
        watch.isOutdated(task) || (order !== null && storedLanes.has(laneKey(webhookId, order.subject)));
      room.take(webhookId);
      void task.whenDurable.then(() => room.give(webhookId));
      this.dispatcher.offer(task, isBehindStored);
    }
    return fresh;
  }

  private roomOf(partition: number): Shares {
    let room = this.rooms.get(partition);
    if (!room) this.rooms.set(partition, (room = new Shares(PARTITION_ROOM)));
    return room;
  }

  /** Its place in an order; null where its webhook asks for none, or it has no subject. */
  private orderOf({ request: { webhookId, subject }, offset }: Accepted): RequestOrder | null {
    if (subject === undefined || this.directory.get(webhookId)?.ordering !== 'subject') return null;
    return { subject, offset };
  }

  private async storedOf(
    accepted: readonly Accepted[],
    lanes: readonly { webhookId: string; subject: string }[],
  ): Promise<Stored> {
    const days = [...new Set(accepted.map(({ request }) => dayOf(request.messageTime)))];
    const ids = accepted.map(({ request }) => request.deliveryId);
    try {
      const [existing, stored] = await Promise.all([
        existingDeliveries(this.em.fork(), ids, days),
        lanes.length > 0 ? this.due.stored(lanes) : [],
      ]);
      return { existing, storedLanes: new Set(stored.map(({ webhookId, subject }) => laneKey(webhookId, subject))) };
    } catch (error) {
      if (isDataError(error)) throw error;
      // Drivers give many faults of a database no code at all; none of them is the record's.
      throw new RetryableError('database_unavailable', 'PostgreSQL cannot be asked.', { cause: error });
    }
  }
}

const laneKey = (webhookId: string, subject: string): string => `${webhookId}/${subject}`;

/** What the promise resolves to; undefined when the time is over or the signal is aborted first. */
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
