import type { EventStore } from '@signet/event-store';
import { aggregateOf } from '../database/streams.ts';
import { webhookPast } from '../webhook/domain/past/past/webhook-past.fold.ts';
import type { WebhookEvent } from '../webhook/domain/webhook.events.ts';
import type { Alert } from './alert.ts';
import { alertsOf, mayAlert } from './alert.ts';

/** Where a fact stands in the log. */
export interface LoggedFact {
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
}

/**
 * The alerts among a run of facts, in the order of each webhook. A run holds all facts of a webhook between its first
 * and its last one. So this reads no more rows than the run has, and the rows back to the snapshot before the run.
 */
export async function alertsInLog(store: EventStore, facts: readonly LoggedFact[]): Promise<Alert[]> {
  const asked = new Map<string, Set<number>>();
  for (const { streamId, version } of facts.filter(mayAlert)) {
    asked.set(streamId, (asked.get(streamId) ?? new Set()).add(version));
  }
  if (asked.size === 0) return [];
  const spans = [...asked].map(([streamId, versions]) => ({
    streamId,
    after: Math.min(...versions) - 1,
    upTo: Math.max(...versions) + 1,
  }));
  const pasts = await store.fold(
    webhookPast,
    spans.map(({ streamId, after }) => ({ streamId, upTo: after })),
  );
  const slices = await store.readSlices<WebhookEvent>(spans);
  return [...asked].flatMap(([streamId, versions]) => {
    const { id } = aggregateOf(streamId);
    return alertsOf(id, slices.get(streamId) ?? [], versions, pasts.get(streamId)?.state);
  });
}
