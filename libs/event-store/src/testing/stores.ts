import type { FakeClock } from '@signet/testing';
import { testDatabase } from '@signet/testing';
import type { EventStore } from '../event-store.ts';
import { InMemoryEventStore } from '../in-memory-event-store.ts';
import { PostgresEventStore } from '../postgres/postgres-event-store.ts';
import type { AnyFold } from '../snapshot/fold.ts';
import { openOrm } from './orm.ts';

interface Opening {
  readonly clock: FakeClock;
  readonly folds?: readonly AnyFold[];
}

interface Opened {
  readonly store: EventStore;
  /** Another store on the same streams that keeps no snapshots, like a replica of an older version. */
  readonly withoutSnapshots?: EventStore;
  close(): Promise<void>;
}

const inMemory = async ({ clock, folds = [] }: Opening): Promise<Opened> => ({
  store: new InMemoryEventStore({ clock, folds }),
  close: async () => undefined,
});

const postgres = async ({ clock, folds }: Opening): Promise<Opened> => {
  const database = await testDatabase();
  const orm = await openOrm(database.url);
  const store = new PostgresEventStore({ em: orm.em, clock, projections: [], folds });
  const withoutSnapshots = new PostgresEventStore({ em: orm.em, clock, projections: [] });
  return { store, withoutSnapshots, close: async () => void (await orm.close(), await database.drop()) };
};

/** The store and its twin, for suites that run over both. */
export const STORES = [
  { name: 'in memory', open: inMemory },
  { name: 'in PostgreSQL', open: postgres },
];
