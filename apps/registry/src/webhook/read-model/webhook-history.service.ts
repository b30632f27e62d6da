import type { EventStore, StoredEvent } from '@signet/event-store';
import type { Caller } from '@signet/service-kit';
import { tenantOf } from '../../http/caller.ts';
import { streamOf } from '../../database/streams.ts';
import { displayNameOf } from '../../event-type/event-types.ts';
import { RuleBroken } from '../../http/rule-broken.ts';
import { webhookPast } from '../domain/past/past/webhook-past.fold.ts';
import type { WebhookEvent } from '../domain/webhook.events.ts';
import { sentenceOf, shownData } from '../domain/webhook.history.ts';
import type { WebhookView } from '../api/webhook.view.ts';
import { webhookView } from '../api/webhook.view.ts';

const view = (event: StoredEvent<WebhookEvent>) => ({
  version: event.version,
  type: event.type,
  summary: sentenceOf(event),
  at: event.recordedAt.toISOString(),
  actor: event.actor,
  data: shownData(event),
});
export type HistoryEntry = ReturnType<typeof view>;

/** The past of a webhook, read from its events; also of a deleted one. */
export class WebhookHistory {
  constructor(private readonly store: EventStore) {}

  /** Its facts, the latest first, up to `limit` of those before version `before`. */
  async entries(id: string, page: { limit: number; before?: number | undefined }, caller: Caller) {
    await this.requireVisible(id, caller);
    return (await this.store.readPage<WebhookEvent>(streamOf('webhook', id), page)).map(view);
  }

  /** Its state at a time. */
  async at(id: string, time: Date, caller: Caller): Promise<WebhookView> {
    await this.requireVisible(id, caller);
    const streamId = streamOf('webhook', id);
    const row = (await this.store.fold(webhookPast, [{ streamId, until: time }])).get(streamId)?.state.row ?? null;
    if (row === null) throw new RuleBroken('not_found', 'webhook_not_found', 'There was no such webhook at that time.');
    return webhookView(row, displayNameOf);
  }

  /** The first event names the tenant, also of a deleted webhook. */
  private async requireVisible(id: string, caller: Caller): Promise<void> {
    const [first] = await this.store.readPage<WebhookEvent>(streamOf('webhook', id), { limit: 1, before: 2 });
    const own = tenantOf(caller);
    const isVisible = first?.type === 'WebhookRegistered' && (own === undefined || first.data.tenantId === own);
    if (!isVisible) throw new RuleBroken('not_found', 'webhook_not_found', 'There is no such webhook.');
  }
}
