import type { EntityManager } from '@mikro-orm/postgresql';
import {
  canonicalTopic,
  eventTypeByName,
  DELIVERY_REQUESTS,
  REGISTRY_API_KEYS,
  REGISTRY_TENANTS,
  REGISTRY_WEBHOOKS,
} from '@signet/contracts';
import type { Alert } from '../alerts/alert.ts';
import { alertRecord } from '../alerts/alert.message.ts';
import { ApiKeyQueries } from '../api-key/api-key.queries.ts';
import { apiKeySnapshotOf } from '../api-key/api-key.row.ts';
import type { Kind } from '../database/streams.ts';
import { aggregateOf } from '../database/streams.ts';
import { isSnapshotsRequested } from '../republish/snapshots-requested.ts';
import { SessionStore } from '../session/session.store.ts';
import { TenantQueries } from '../tenant/tenant.queries.ts';
import { tenantSnapshotOf } from '../tenant/tenant.row.ts';
import type { WebhookTestRequested } from '../webhook/domain/webhook.events.ts';
import { WebhookQueries } from '../webhook/read-model/webhook.queries.ts';
import { snapshotOf } from '../webhook/read-model/webhook.snapshot.ts';
import { testRequestRecord } from '../webhook/webhook.test-request.ts';

/** null for an event type that has left the catalogue since the test was requested. */
const exampleOf = ({ data }: WebhookTestRequested): unknown => eventTypeByName(data.eventType)?.example ?? null;

/** The parts of an event that the relay needs. */
export interface LoggedEvent {
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly data: object;
}

export interface Publication {
  readonly key: string;
  /** null: a tombstone. */
  readonly value: string | Buffer | null;
  readonly headers?: Record<string, string>;
}

/** The topic for the present state of each kind of aggregate, and how the states are loaded: one statement for all ids. */
const SNAPSHOTS: Record<
  Kind,
  { topic: string; load: (em: EntityManager, ids: string[]) => Promise<{ id: string }[]> }
> = {
  webhook: {
    topic: REGISTRY_WEBHOOKS,
    load: async (em, ids) => (await new WebhookQueries(em).byIds(ids)).map(snapshotOf),
  },
  tenant: {
    topic: REGISTRY_TENANTS,
    load: async (em, ids) => (await new TenantQueries(em).byIds(ids)).map(tenantSnapshotOf),
  },
  'api-key': {
    topic: REGISTRY_API_KEYS,
    load: async (em, ids) => {
      const sessions = await new SessionStore(em).byKeys(ids);
      return (await new ApiKeyQueries(em).byIds(ids)).map((row) => apiKeySnapshotOf(row, sessions.get(row.id)));
    },
  },
};

/**
 * The records that a run of events leads to, by topic: the present state of each aggregate in the run once, or a
 * tombstone if the aggregate is gone; the requested tests; and the alerts. The read models may be ahead of the run.
 * Publishing a later state early does no harm, since readers keep the highest version.
 */
export async function publicationsOf(
  em: EntityManager,
  events: readonly LoggedEvent[],
  alerts: readonly Alert[],
): Promise<ReadonlyMap<string, Publication[]>> {
  const publications = new Map<string, Publication[]>();
  for (const [kind, ids] of touchedBy(events)) {
    const { topic, load } = SNAPSHOTS[kind];
    const present = new Map((await load(em, [...ids])).map((snapshot) => [snapshot.id, JSON.stringify(snapshot)]));
    publications.set(
      topic,
      [...ids].map((id) => ({ key: id, value: present.get(id) ?? null })),
    );
  }
  const tests = testsIn(events);
  // Tests come after the snapshots, so that delivery knows the webhook when it gets a test.
  if (tests.length > 0) publications.set(DELIVERY_REQUESTS, tests);
  if (alerts.length > 0) publications.set(canonicalTopic('webhook'), alerts.map(alertRecord));
  return publications;
}

/** The aggregates whose present state must be published. */
function touchedBy(events: readonly LoggedEvent[]): ReadonlyMap<Kind, ReadonlySet<string>> {
  const touched = new Map<Kind, Set<string>>();
  for (const event of events) {
    const { kind, ids } = isSnapshotsRequested(event) ? event.data : only(aggregateOf(event.streamId));
    const ofKind = touched.get(kind) ?? new Set();
    for (const id of ids) ofKind.add(id);
    touched.set(kind, ofKind);
  }
  return touched;
}

const only = ({ kind, id }: { kind: Kind; id: string }) => ({ kind, ids: [id] });

function testsIn(events: readonly LoggedEvent[]): Publication[] {
  return events
    .filter((event): event is LoggedEvent & WebhookTestRequested => event.type === 'WebhookTestRequested')
    .map((event) => testRequestRecord(aggregateOf(event.streamId).id, event, exampleOf(event)));
}
