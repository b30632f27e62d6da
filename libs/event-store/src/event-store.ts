import type { EventLike, NewEvent, StoredEvent, Stream } from './event.ts';

export interface ReadOptions {
  /** Leaves out what was recorded later: how the stream stood at that time. */
  readonly until?: Date | undefined;
}

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
 * Streams of events with optimistic concurrency. To decide, a stream is read whole: it holds what people do to one webhook, tenant
 * or key, and failures only up to the one that disables it, so hundreds of events in years. That bound is why there are
 * no snapshots; an aggregate without such a bound (a delivery log) keeps a log of its own.
 */
export interface EventStore {
  /** The events of a stream in order; none for a stream that does not exist. */
  read<Event extends EventLike>(streamId: string, options?: ReadOptions): Promise<Stream<Event>>;

  /** A page of a stream, the latest event first, however long the stream is. */
  readPage<Event extends EventLike>(streamId: string, page: PageOptions): Promise<StoredEvent<Event>[]>;

  /** Several streams at once, by id; every id asked for is in the answer. */
  readMany<Event extends EventLike>(streamIds: readonly string[]): Promise<Map<string, Stream<Event>>>;

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
