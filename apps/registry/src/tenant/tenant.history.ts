import type { EventStore, StoredEvent } from '@signet/event-store';
import { streamOf } from '../database/streams.ts';
import type { TenantEvent } from './tenant.decider.ts';

/** A sentence for people about one fact in the life of a tenant. */
function sentenceOf(event: TenantEvent): string {
  switch (event.type) {
    case 'TenantCreated':
      return `Created as "${event.data.name}".`;
    case 'TenantUpdated':
      return Object.entries(event.data.changes)
        .map(([field, value]) =>
          field === 'name'
            ? `Renamed to "${value}".`
            : value === null
              ? 'Alerts are no longer sent.'
              : `Alerts go to ${value}.`,
        )
        .join(' ');
    case 'TenantSuspended':
      return event.data.detail ? `Suspended: ${event.data.detail}` : 'Suspended.';
    case 'TenantResumed':
      return 'Resumed.';
  }
}

const view = (event: StoredEvent<TenantEvent>) => ({
  version: event.version,
  type: event.type,
  summary: sentenceOf(event),
  at: event.recordedAt.toISOString(),
  actor: event.actor,
  data: event.data,
});
export type TenantHistoryEntry = ReturnType<typeof view>;

/**
 * The facts of a tenant, the latest first, up to `limit` of those before version `before`; none if there never was
 * such a tenant.
 */
export async function tenantHistory(
  store: EventStore,
  id: string,
  { limit, before = Number.POSITIVE_INFINITY }: { limit: number; before?: number | undefined },
): Promise<TenantHistoryEntry[]> {
  const { events } = await store.read<TenantEvent>(streamOf('tenant', id));
  return events
    .filter(({ version }) => version < before)
    .toReversed()
    .slice(0, limit)
    .map(view);
}
