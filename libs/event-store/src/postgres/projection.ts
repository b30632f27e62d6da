import type { EntityManager } from '@mikro-orm/postgresql';
import type { StoredEvent } from '../event.ts';

/** A read model that is written in the transaction that appends the events. */
export interface Projection {
  readonly name: string;
  /** The event types that it is called with. */
  readonly handles: readonly string[];
  /**
   * Applies events to the read model, in the order given, through the transactional `em`, which is flushed afterwards.
   * One call may have events of many streams. If it throws, the append is rolled back.
   */
  project(events: readonly StoredEvent[], em: EntityManager): Promise<void>;
  /** Removes every row, before a rebuild. */
  truncate(em: EntityManager): Promise<void>;
}

/** Calls each projection that handles some of the events, one after the other. */
export async function projectAll(
  projections: readonly Projection[],
  events: readonly StoredEvent[],
  em: EntityManager,
): Promise<void> {
  for (const projection of projections) {
    const handled = events.filter(({ type }) => projection.handles.includes(type));
    if (handled.length > 0) await projection.project(handled, em);
  }
}
