import type { EventLike, StoredEvent } from '../event.ts';

/** The name and shape by which snapshots are found. */
export interface SnapshotKind {
  /** One for each fold of a store. */
  readonly name: string;
  /**
   * The version of the state's form. Raise it with every change of the state's fields or of `evolve`: a snapshot of another
   * shape is ignored, and made anew from the events.
   */
  readonly shape: number;
}

/** How the states of a fold are kept as snapshots. */
export interface SnapshotForm<State> extends SnapshotKind {
  /** Whether this fold is for that stream. */
  readonly isOf: (streamId: string) => boolean;
  /** Makes the state from its stored JSON: restores values that JSON has changed (a Date is text there). */
  readonly revive: (json: unknown) => State;
}

/** How the events of a stream lead to a state, one after the other. Pure; every `Decider` is a fold. */
export interface Fold<State, Event extends EventLike> {
  readonly initialState: () => State;
  evolve(state: State, event: StoredEvent<Event>): State;
  /** Missing: there are no snapshots, and the stream is read from its first event each time. */
  readonly snapshots?: SnapshotForm<State> | undefined;
}

/** A fold with any state and any events. */
export type AnyFold = Fold<unknown, never>;

/** How far a stream is folded: to its end, or to the first of these two bounds. */
export interface FoldPlace {
  readonly streamId: string;
  /**
   * Ends before the first event that was recorded later. Clocks of replicas differ, so an event behind that one may have an
   * earlier time; it is left out as well: folded without the event before it, it would lead to a state that never existed.
   */
  readonly until?: Date | undefined;
  /** The last version. */
  readonly upTo?: number | undefined;
}

export interface Folded<State> {
  readonly state: State;
  /** The version of the last event that was folded; 0 if there is none. */
  readonly version: number;
}

/** A stored state of a stream at one of its versions. */
export interface Snapshot {
  readonly streamId: string;
  readonly version: number;
  /** JSON. */
  readonly state: unknown;
  /** The latest time at which one of the events up to this version was recorded. */
  readonly lastRecordedAt: Date;
}
