import { MESSAGE_RETENTION_MS, newId } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { problem } from '@signet/service-kit';
import type { Caller } from '@signet/service-kit';
import type { Transaction } from '../database/database.port.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import { countReplay } from './replay-count.ts';
import type { MessageSources } from './replay-count.ts';
import type { Place, Replay, ReplayFailure, ReplayRange, ReplayStatus } from './replay.ts';
import type { ReplayFilter, ReplayStore } from './stored/replay.store.ts';

export const REPLAY_NOT_FOUND = { replay_not_found: 'There is no such replay.' };
export const REPLAY_ENDED = { replay_ended: 'The replay has already ended, so it cannot be cancelled.' };
export const WEBHOOK_NOT_FOUND = { webhook_not_found: 'There is no such webhook.' };
export const NOT_NOW = {
  webhook_disabled: 'The webhook is disabled; enable it first.',
  tenant_suspended: 'The tenant is suspended; its messages can be replayed when the suspension has ended.',
  replay_running: 'Another replay of this webhook is running; wait for its end, or cancel it.',
};

export interface ReplaysParts extends MessageSources {
  readonly store: ReplayStore;
  readonly clock: Clock;
  readonly whenReady: () => Promise<void>;
  readonly find: (webhookId: string) => RoutedWebhook | undefined;
  readonly isSuspended: (tenantId: string) => boolean;
  /** Called in the transaction that adds a replay: an Idempotency-Key is stored with it. */
  readonly adding: (transaction: Transaction) => Promise<void>;
  /** Called when a new replay waits to be carried out. */
  readonly onAdded: () => void;
  /** A preview stops counting after this time, milliseconds. */
  readonly previewMs: number;
}

export interface WantedReplay {
  readonly webhookId: string;
  readonly since: Date;
  readonly until?: Date | undefined;
  readonly status: ReplayStatus;
}

export interface ReplayPreview extends Omit<ReplayRange, 'id' | 'createdAt'> {
  readonly count: number;
  readonly isExact: boolean;
}

/** Commands and queries for replays that people send through the API. */
export class Replays {
  constructor(private readonly parts: ReplaysParts) {}

  /** How many messages the replay would have. */
  async preview(wanted: WantedReplay, caller: Caller): Promise<ReplayPreview> {
    const webhook = await this.webhookOf(wanted.webhookId, caller);
    const range = this.rangeOf(wanted);
    const { createdAt: _, ...asked } = range;
    let soFar = 0;
    const signal = AbortSignal.timeout(this.parts.previewMs);
    try {
      const count = await countReplay(this.parts, range, webhook, signal, (counted) => void (soFar = counted));
      return { ...asked, count, isExact: true };
    } catch (error) {
      if (!signal.aborted) throw error;
      return { ...asked, count: soFar, isExact: false };
    }
  }

  async create(wanted: WantedReplay, caller: Caller): Promise<Replay> {
    const webhook = await this.webhookOf(wanted.webhookId, caller);
    const refusal = this.refusalOf(webhook);
    if (refusal) throw problem(409, refusal, NOT_NOW[refusal]);
    const range = this.rangeOf(wanted);
    const replay: Replay = {
      ...range,
      id: newId(),
      tenantId: webhook.tenantId,
      state: 'running',
      total: null,
      requested: 0,
      cursor: null,
      webhookVersion: webhook.version,
      reason: null,
      createdBy: caller.keyId,
      updatedAt: range.createdAt,
      completedAt: null,
    };
    const { store, adding, onAdded } = this.parts;
    if (!(await store.add(replay, adding))) throw problem(409, 'replay_running', NOT_NOW.replay_running);
    onAdded();
    return replay;
  }

  async find(id: string, { tenantId }: Caller): Promise<Replay> {
    const replay = await this.parts.store.find(id, tenantId);
    if (!replay) throw problem(404, 'replay_not_found', REPLAY_NOT_FOUND.replay_not_found);
    return replay;
  }

  list(filter: ReplayFilter, after: Place | null, limit: number): Promise<Replay[]> {
    return this.parts.store.list(filter, after, limit);
  }

  async cancel(id: string, caller: Caller): Promise<void> {
    await this.find(id, caller);
    await this.parts.store.cancel(id);
    // The replay may have ended by itself in between. Cancelling a cancelled replay again is allowed.
    const { state } = await this.find(id, caller);
    if (state !== 'cancelled') throw problem(409, 'replay_ended', REPLAY_ENDED.replay_ended);
  }

  /** A webhook of another tenant is answered like one that does not exist. */
  private async webhookOf(id: string, { tenantId }: Caller): Promise<RoutedWebhook> {
    await this.parts.whenReady();
    const webhook = this.parts.find(id);
    if (!webhook || (tenantId !== null && webhook.tenantId !== tenantId))
      throw problem(404, 'webhook_not_found', WEBHOOK_NOT_FOUND.webhook_not_found);
    return webhook;
  }

  private refusalOf({ isActive, tenantId }: RoutedWebhook): Exclude<ReplayFailure, 'webhook_deleted'> | null {
    if (this.parts.isSuspended(tenantId)) return 'tenant_suspended';
    return isActive ? null : 'webhook_disabled';
  }

  /** The range ends at the request at the latest: later messages are delivered anyway. */
  private rangeOf({ webhookId, since, until, status }: WantedReplay): ReplayRange {
    const now = this.parts.clock();
    const end = until && until < now ? until : now;
    if (since >= end) throw invalid('since', 'since_in_the_future', 'It must lie in the past.');
    if (status === 'missed' && since.getTime() < now.getTime() - MESSAGE_RETENTION_MS)
      throw invalid(
        'since',
        'older_than_retention',
        'Messages are kept for 7 days: missed ones can be read from then on.',
      );
    return { webhookId, since, until: end, status, createdAt: now };
  }
}

const invalid = (field: string, rule: string, detail: string): Error =>
  problem(422, 'invalid_body', 'The body breaks a rule; see errors.', { errors: [{ field, rule, detail }] });
