import type { EventStore } from '@signet/event-store';
import { aggregateOf, streamOf } from '../database/streams.ts';
import type { WebhookEvent } from '../webhook/webhook.events.ts';
import type { Alert } from './alert.ts';
import { alertsOf, mayAlert } from './alert.ts';

/** Where a fact stands in the log. */
export interface LoggedFact {
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
}

/** The alerts among a run of facts, in the order of each webhook. One read of the streams of those that may be some. */
export async function alertsInLog(store: EventStore, facts: readonly LoggedFact[]): Promise<Alert[]> {
  const asked = new Map<string, Set<number>>();
  for (const fact of facts.filter(mayAlert)) {
    const { id } = aggregateOf(fact.streamId);
    asked.set(id, (asked.get(id) ?? new Set()).add(fact.version));
  }
  if (asked.size === 0) return [];
  const streams = await store.readMany<WebhookEvent>([...asked.keys()].map((id) => streamOf('webhook', id)));
  return [...asked].flatMap(([id, versions]) =>
    alertsOf(id, streams.get(streamOf('webhook', id))?.events ?? [], versions),
  );
}
