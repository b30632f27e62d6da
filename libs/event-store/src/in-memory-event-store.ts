import type { Clock } from '@signet/contracts';
import { systemClock } from '@signet/contracts';
import type { EventLike, NewEvent, StoredEvent, Stream } from './event.ts';
import { storedForm } from './event.ts';
import type { AppendOptions, Appended, EventStore, PageOptions, StreamAppend } from './event-store.ts';
import type { AnyFold, Fold, Folded, FoldPlace, Snapshot, SnapshotKind } from './snapshot/fold.ts';
import type { FoldSource, Slice } from './snapshot/fold-streams.ts';
import { foldStreams, passesSnapshot } from './snapshot/fold-streams.ts';
import { VersionConflictError } from './version-conflict.error.ts';

export interface InMemoryEventStoreOptions {
  readonly clock?: Clock;
  /** Folds with snapshots. */
  readonly folds?: readonly AnyFold[];
}

/** The store's twin in memory, for tests that need only streams. It has no projections; only the PostgreSQL store has. */
export class InMemoryEventStore implements EventStore {
  readonly #streams = new Map<string, StoredEvent[]>();
  readonly #snapshots = new Map<string, Snapshot[]>();
  readonly #clock: Clock;
  readonly #folds: readonly AnyFold[];
  #position = 0n;

  constructor({ clock = systemClock, folds = [] }: InMemoryEventStoreOptions = {}) {
    this.#clock = clock;
    this.#folds = folds;
  }

  async fold<State, Event extends EventLike>(
    fold: Fold<State, Event>,
    places: readonly FoldPlace[],
  ): Promise<Map<string, Folded<State>>> {
    const { folded, missing } = await foldStreams(this.#source, fold, places);
    if (fold.snapshots) this.#keep(fold.snapshots, missing);
    return folded;
  }

  async read<Event extends EventLike>(streamId: string): Promise<Stream<Event>> {
    // A copy, so that a reader that changes its events does not change those of the store.
    const events = structuredClone(this.#streams.get(streamId) ?? []) as StoredEvent<Event>[];
    return { events, version: events.length };
  }

  async readPage<Event extends EventLike>(
    streamId: string,
    { limit, before }: PageOptions,
  ): Promise<StoredEvent<Event>[]> {
    const { events } = await this.read<Event>(streamId);
    return events
      .filter(({ version }) => before === undefined || version < before)
      .toReversed()
      .slice(0, limit);
  }

  async readSlices<Event extends EventLike>(slices: readonly Slice[]): Promise<Map<string, StoredEvent<Event>[]>> {
    const read = new Map<string, StoredEvent<Event>[]>();
    for (const { streamId, after, upTo } of slices) {
      const { events } = await this.read<Event>(streamId);
      read.set(streamId, events.slice(after, upTo));
    }
    return read;
  }

  async append<Event extends EventLike>(
    streamId: string,
    events: readonly NewEvent<Event>[],
    { expectedVersion, actor }: AppendOptions,
  ): Promise<Appended<Event>> {
    const appended = await this.appendMany([{ streamId, expectedVersion, events }], { actor });
    return appended.get(streamId)!;
  }

  async appendMany<Event extends EventLike>(
    appends: readonly StreamAppend<Event>[],
    { actor }: { readonly actor: string },
  ): Promise<Map<string, Appended<Event>>> {
    for (const { streamId, expectedVersion, events } of appends) {
      const actualVersion = this.#streams.get(streamId)?.length ?? 0;
      if (events.length > 0 && actualVersion !== expectedVersion) {
        throw new VersionConflictError(streamId, expectedVersion, actualVersion);
      }
    }
    const recordedAt = this.#clock();
    const appended = new Map(
      appends.map(({ streamId, expectedVersion, events }) => {
        const stored = events.map((event, index) => ({
          ...event,
          data: storedForm(event.data).data,
          streamId,
          version: expectedVersion + index + 1,
          position: ++this.#position,
          actor,
          recordedAt,
        }));
        this.#streams.set(streamId, [...(this.#streams.get(streamId) ?? []), ...stored]);
        const version = expectedVersion + events.length;
        return [streamId, { version, events: structuredClone(stored) as StoredEvent<Event>[] }] as const;
      }),
    );
    await this.#keepPassed(appends);
    return appended;
  }

  async #keepPassed(appends: readonly StreamAppend<EventLike>[]): Promise<void> {
    const passing = appends.filter(({ expectedVersion: from, events }) => passesSnapshot(from, from + events.length));
    for (const fold of this.#folds) {
      const places = passing.filter(({ streamId }) => fold.snapshots?.isOf(streamId));
      await this.fold(
        fold,
        places.map(({ streamId }) => ({ streamId })),
      );
    }
  }

  readonly #source: FoldSource = {
    latest: async (kind, places) =>
      new Map(
        places.flatMap(({ streamId, until, upTo = Infinity }) => {
          const fitting = (this.#snapshots.get(placeOf(kind, streamId)) ?? []).filter(
            ({ version, lastRecordedAt }) => version <= upTo && (until === undefined || lastRecordedAt <= until),
          );
          const [latest] = fitting.toSorted((one, other) => other.version - one.version);
          return latest ? [[streamId, structuredClone(latest)] as const] : [];
        }),
      ),
    slices: async <Event extends EventLike>(slices: readonly Slice[], limit: number) => {
      const read = await this.readSlices<Event>(slices);
      return new Map([...read].map(([streamId, events]) => [streamId, events.slice(0, limit)]));
    },
  };

  #keep(kind: SnapshotKind, missing: readonly Snapshot[]): void {
    for (const snapshot of missing) {
      const place = placeOf(kind, snapshot.streamId);
      this.#snapshots.set(place, [...(this.#snapshots.get(place) ?? []), snapshot]);
    }
  }
}

const placeOf = ({ name, shape }: SnapshotKind, streamId: string): string => `${name} ${shape} ${streamId}`;
