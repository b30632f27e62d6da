import type { EventLike, NewEvent, StoredEvent, Stream } from './event.ts';
import type { Fold, Folded, FoldPlace } from './snapshot/fold.ts';
import type { Slice } from './snapshot/fold-streams.ts';

export interface PageOptions {
  readonly limit: number;
  /** Only events of lower versions; without it the page begins with the last event. */
  readonly before?: number | undefined;
}

export interface AppendOptions {
  /** The version that the stream must have; 0 for a stream that must not exist yet. */
  readonly expectedVersion: number;
  readonly actor: string;
}

export interface StreamAppend<Event extends EventLike> {
  readonly streamId: string;
  readonly expectedVersion: number;
  readonly events: readonly NewEvent<Event>[];
}

export interface Appended<Event extends EventLike> {
  /** Version of the last event; the expected one where nothing was appended. */
  readonly version: number;
  readonly events: StoredEvent<Event>[];
}

/**
 * Streams of events with optimistic concurrency. A store that was given folds keeps a snapshot of each at every hundredth
 * event (SNAPSHOT_EVERY), in the transaction that appends it (docs/adr/0040-snapshots-of-streams.md).
 */
export interface EventStore {
  /**
   * The states to which streams have led, by id, for every place in the question. With a fold that has snapshots it reads at most
   * SNAPSHOT_EVERY events of each stream. If snapshots are missing it reads more, once, and makes them.
   */
  fold<State, Event extends EventLike>(
    fold: Fold<State, Event>,
    places: readonly FoldPlace[],
  ): Promise<Map<string, Folded<State>>>;

  /** The whole stream in order, however long it is; nothing for a stream that does not exist. */
  read<Event extends EventLike>(streamId: string): Promise<Stream<Event>>;

  /** A page of a stream, the latest event first, however long the stream is. */
  readPage<Event extends EventLike>(streamId: string, page: PageOptions): Promise<StoredEvent<Event>[]>;

  /** Parts of several streams, by id; every id of the question is in the answer. */
  readSlices<Event extends EventLike>(slices: readonly Slice[]): Promise<Map<string, StoredEvent<Event>[]>>;

  /** Appends all of `events` or none. Throws a VersionConflictError unless the stream is at `expectedVersion`. */
  append<Event extends EventLike>(
    streamId: string,
    events: readonly NewEvent<Event>[],
    options: AppendOptions,
  ): Promise<Appended<Event>>;

  /**
   * Appends to several streams, to all or to none; each stream at most once. Throws a VersionConflictError for
   * one of the streams that are not at their expected version.
   */
  appendMany<Event extends EventLike>(
    appends: readonly StreamAppend<Event>[],
    options: { readonly actor: string },
  ): Promise<Map<string, Appended<Event>>>;
}
