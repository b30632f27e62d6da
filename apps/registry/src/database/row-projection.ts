import type { EntityManager } from '@mikro-orm/postgresql';
import type { EventLike, Projection, StoredEvent } from '@signet/event-store';
import type { Kind } from './streams.ts';
import { aggregateOf } from './streams.ts';

export interface RowProjectionOptions<Row extends { id: string }, Event extends EventLike> {
  readonly kind: Kind;
  readonly handles: readonly Event['type'][];
  /** The present rows of these ids, within the transaction. */
  readonly load: (em: EntityManager, ids: readonly string[]) => Promise<Row[]>;
  /** The row after one more event; null: there is none (any more). Pure. */
  readonly apply: (id: string, row: Row | null, event: StoredEvent<Event>) => Row | null;
  readonly store: (em: EntityManager, rows: Row[]) => Promise<unknown>;
  /** Removes the rows of these ids, and the rows of other tables that belong to them. */
  readonly remove: (em: EntityManager, ids: string[]) => Promise<unknown>;
  readonly truncate: (em: EntityManager) => Promise<unknown>;
}

/**
 * A projection with one row for each aggregate: loads the rows of the aggregates in a run of events, folds the events
 * into them, and writes them back. It takes three statements however many events there are.
 */
export function rowProjection<Row extends { id: string }, Event extends EventLike>(
  options: RowProjectionOptions<Row, Event>,
): Projection {
  const { kind, handles, load, apply, store, remove, truncate } = options;
  return {
    name: `registry-${kind}`,
    handles,
    async project(events: readonly StoredEvent[], em: EntityManager): Promise<void> {
      const ids = [...new Set(events.map(({ streamId }) => aggregateOf(streamId).id))];
      const rows = new Map<string, Row | null>((await load(em, ids)).map((row) => [row.id, row]));
      for (const event of events) {
        const { id } = aggregateOf(event.streamId);
        // `handles` lets only events of this aggregate through.
        rows.set(id, apply(id, rows.get(id) ?? null, event as StoredEvent<Event>));
      }
      const present = [...rows.values()].filter((row) => row !== null);
      const gone = ids.filter((id) => (rows.get(id) ?? null) === null);
      if (present.length > 0) await store(em, present);
      if (gone.length > 0) await remove(em, gone);
    },
    async truncate(em: EntityManager): Promise<void> {
      await truncate(em);
    },
  };
}
