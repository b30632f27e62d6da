import type { AbandonReason, DeliveryRequest, WebhookSnapshot } from '@signet/contracts';
import { deliveryIdOf } from '@signet/contracts';
import type { CompletedAttempt } from '../attempt/attempt.ts';
import { Circuits } from '../circuit/circuits.ts';
import type { AttemptFailure } from '../delivery/delivery.events.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { DeliveryTask as Task } from '../scheduler/delivery-task.ts';
import type { Effect } from '../scheduler/effects.ts';
import type { SchedulerEvent } from '../scheduler/events.ts';
import { Scheduler } from '../scheduler/scheduler.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-02T10:00:00Z');
const SETTINGS = {
  policy: { scheduleMs: [MINUTE, 5 * MINUTE], jitter: 0 },
  perWebhook: 2,
  total: 16,
  leased: 100,
  requestTimeoutMs: 15_000,
  unknownWebhookMs: 30_000,
  retryOfOursMs: 1_000,
  leaseMs: 120_000,
};
const RULES = { failuresInRow: 5, probeScheduleMs: SETTINGS.policy.scheduleMs };
export const FAILURE: AttemptFailure = {
  errorClass: 'http_status',
  errorMessage: 'The receiver answered 500.',
  fault: 'receiver',
};

type OfType<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

/** A scheduler whose effects a test carries out by itself, one at a time: so each order of events is a test. */
export class SchedulerWorld {
  now = START;
  isMember = true;
  readonly webhooks = new Map<string, WebhookSnapshot>();
  readonly ended = new Map<string, AbandonReason>();
  /** Ends with `losePartition`. */
  claim: PartitionClaim = { partition: 0, epoch: 1, owner: 'test', takenAt: 0, isTakenOver: true, readTo: 0n };
  private owned: PartitionClaim | null = this.claim;
  readonly circuits = new Circuits(
    RULES,
    SETTINGS.perWebhook,
    () => new Date(this.now),
    {
      passable: (webhookId) => void this.later.push({ type: 'WebhookMayGoOn', webhookId }),
      changed: () => undefined,
      noted: () => undefined,
    },
    () => null,
  );
  readonly scheduler: Scheduler;
  private readonly later: SchedulerEvent[] = [];

  constructor(...webhooks: readonly WebhookSnapshot[]) {
    for (const webhook of webhooks) this.webhooks.set(webhook.id, webhook);
    this.scheduler = new Scheduler(
      {
        directory: { get: (id) => this.webhooks.get(id), isKnownToBeDeleted: () => true, mayHaveBegun: () => false },
        circuits: this.circuits,
        platform: {
          passage: () => 'closed',
          hasBeenAtFaultSince: () => false,
          begin: () => undefined,
          limit: () => Number.POSITIVE_INFINITY,
        },
        claims: {
          owns: (task) => task.claim === this.owned,
          isMember: () => this.isMember,
          reasonToEnd: (webhookId) => this.ended.get(webhookId) ?? null,
        },
        firstLooks: { msSince: () => 0 },
        random: () => 0,
      },
      SETTINGS,
    );
    this.tell({ type: 'Resumed' });
  }

  close(): void {
    this.circuits.close();
  }

  /** Effects of the event, and of the events that the circuits raised meanwhile. */
  tell(event: SchedulerEvent): Effect[] {
    const effects = this.scheduler.step(event, this.now);
    for (let next = this.later.shift(); next; next = this.later.shift())
      effects.push(...this.scheduler.step(next, this.now));
    return effects;
  }

  /** A delivery whose request was just read from Kafka. */
  requested(webhook: WebhookSnapshot, messageId: string, subject?: string, offset = 0): DeliveryTask {
    const message = { source: '/test', id: messageId };
    const request: DeliveryRequest = {
      deliveryId: deliveryIdOf(webhook.id, message),
      webhookId: webhook.id,
      tenantId: webhook.tenantId,
      messageId,
      source: '/test',
      eventType: 'sale.created',
      eventId: deliveryIdOf(webhook.id, message),
      messageTime: new Date(this.now).toISOString(),
      acceptedAt: this.now,
      kind: 'message',
      ...(subject !== undefined && { subject }),
    } as DeliveryRequest;
    const order = subject === undefined ? null : { subject, offset: BigInt(offset) };
    return Task.requested(request, Buffer.from('{}'), this.claim, 5, new Date(this.now), order);
  }

  /** The same delivery as it comes from PostgreSQL, where it is stored with its present state. */
  leased(task: DeliveryTask): DeliveryTask {
    const { row, stored, body, claim, order } = task;
    return Task.stored(row!, Math.max(1, stored), body, this.owned ?? claim, undefined, order);
  }

  take(task: DeliveryTask, isBehindStored = false): Effect[] {
    return this.tell({ type: task.stored > 0 ? 'Leased' : 'Requested', task, isBehindStored });
  }

  /** The attempt that a `Send` effect has asked for ends. */
  answer({ task, webhook, at }: OfType<'Send'>, failure: AttemptFailure | null = null): Effect[] {
    const endedAtMs = this.now;
    const facts = {
      attempt: task.nextAttempt,
      cause: task.cause,
      startedAt: at.toISOString(),
      endedAt: new Date(endedAtMs).toISOString(),
      durationMs: endedAtMs - at.getTime(),
      owner: 'test',
      epoch: task.claim.epoch,
      request: { method: 'POST' as const, url: webhook.url, headers: {} },
      signature: '',
      response: null,
      address: null,
      timings: {},
    };
    const result = { facts, endedAtMs, failure, retryAfterMs: null, final: false };
    return this.tell({
      type: 'AttemptEnded',
      task,
      attempt: { prepared: { startedAt: at }, result } as CompletedAttempt,
    });
  }

  /** A `Store` effect succeeds, as the recorder does it. */
  store({ task }: OfType<'Store'>): Effect[] {
    if (task.pending.length > 0) task.stored += 1;
    task.pending = [];
    task.markDurable();
    return this.tell({ type: 'Stored', task });
  }

  /** A `Park` effect succeeds. */
  park({ tasks, isSecond }: OfType<'Park'>): Effect[] {
    for (const task of tasks) {
      task.stored = Math.max(1, task.stored);
      task.pending = [];
      task.markDurable();
    }
    return this.tell({ type: 'Parked', tasks, isSecond });
  }

  losePartition(): Effect[] {
    this.owned = null;
    return this.tell({ type: 'PartitionsLost' });
  }

  /** The partition was lost, and taken again: tasks under the old claim cannot be stored any more. */
  takePartitionAgain(): void {
    this.claim = { ...this.claim, epoch: this.claim.epoch + 1 };
    this.owned = this.claim;
  }

  /** The effects of one type. */
  static of<Type extends Effect['type']>(effects: readonly Effect[], type: Type): OfType<Type>[] {
    return effects.filter((effect): effect is OfType<Type> => effect.type === type);
  }
}
