import { recordOfOne } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { isRetryable } from '@signet/kafka';
import { NO_SPAN } from '@signet/service-kit';
import type { Database } from '../database/database.port.ts';
import { existingDeliveries } from '../delivery/storage/delivery.log.ts';
import type { RequestOrder } from '../delivery/storage/delivery.log.ts';
import { dayOf } from '../delivery/storage/delivery.projection.ts';
import type { Worker } from '../dispatch/worker.ts';
import type { Ownership } from '../partitions/ownership.ts';
import { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { LaneWatch } from '../scheduler/queues/subject-lanes.ts';
import type { ShelvedRecord } from '../shelf/shelved-records.ts';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import type { DueDeliveries } from '../work-queue/due-deliveries.ts';
import type { AcceptedRequest } from './accepted-request.ts';
import { roomOf } from './partition-rooms.ts';
import type { PartitionRooms } from './partition-rooms.ts';
import { notTaken, unlessAway } from './reading.ts';
import type { Reading } from './reading.ts';

/** The deliveries and lanes of a batch that PostgreSQL has already. */
interface Stored {
  readonly existing: ReadonlySet<string>;
  readonly storedLanes: ReadonlySet<string>;
}

export interface NewTasksParts {
  readonly database: Database;
  readonly due: Pick<DueDeliveries, 'stored'>;
  readonly directory: Pick<WebhookDirectory, 'get'>;
  readonly ownership: Pick<Ownership, 'claim'>;
  readonly worker: Worker;
  readonly clock: Clock;
  /** Attempts of a delivery where its webhook does not set a number. */
  readonly maxAttempts: number;
}

/** Makes tasks of requests, and tells the scheduler of those that are new. */
export class NewTasks {
  constructor(
    private readonly parts: NewTasksParts,
    private readonly rooms: PartitionRooms,
  ) {}

  /**
   * Makes tasks of the requests. If one request makes the work on all of them fail, they are halved until it is alone, and it
   * is set aside. `tasksOf` can be called again, because it tells the scheduler nothing before the last step that can
   * fail.
   */
  async of(accepted: readonly AcceptedRequest[], batch: Reading): Promise<DeliveryTask[]> {
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
      const first = await this.of(accepted.slice(0, middle), batch);
      return [...first, ...(await this.of(accepted.slice(middle), batch))];
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
        const maxAttempts = this.parts.directory.get(request.webhookId)?.maxAttempts ?? this.parts.maxAttempts;
        const task = DeliveryTask.requested(request, body, claim, maxAttempts, now, this.orderOf(one));
        task.wasShelved = batch.isShelf === true && !(one.record as ShelvedRecord).isAboveShare;
        return task;
      });
    const room = this.rooms.of(batch.partition);
    for (const task of fresh) {
      const { webhookId, order } = task;
      task.takenIn = batch.span ?? NO_SPAN;
      const isBehindStored =
        watch.isOutdated(task) || (order !== null && storedLanes.has(laneKey(webhookId, order.subject)));
      const amount = roomOf(1, task.body.length);
      room.take(webhookId, amount);
      task.durability.onSettled(() => room.give(webhookId, amount));
      this.parts.worker.tell({ type: 'Requested', task, isBehindStored });
    }
    return fresh;
  }

  /** The request's place in an order; null where its webhook asks for no order, or the request has no subject. */
  orderOf({ request: { webhookId, subject }, offset }: AcceptedRequest): RequestOrder | null {
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
        existingDeliveries(this.parts.database, ids, days),
        lanes.length > 0 ? this.parts.due.stored(lanes) : [],
      ]),
    );
    return { existing, storedLanes: new Set(stored.map(({ webhookId, subject }) => laneKey(webhookId, subject))) };
  }
}

const laneKey = (webhookId: string, subject: string): string => `${webhookId}/${subject}`;
