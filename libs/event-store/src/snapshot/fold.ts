import type { EventLike, StoredEvent } from '../event.ts';

/** By what snapshots are found. */
export interface SnapshotKind {
  /** One for each fold of a store. */
  readonly name: string;
  /**
   * Counts the forms that the state has had. Raise it with every change of the state's fields or of what `evolve` does: a
   * snapshot of another shape is passed over, and made anew from the events.
   */
  readonly shape: number;
}

/** How the states of a fold are kept as snapshots. */
export interface SnapshotForm<State> extends SnapshotKind {
  /** Whether this fold is made of that stream. */
  readonly isOf: (streamId: string) => boolean;
  /** The state that was kept as JSON, with what JSON changes (a Date is text there) as it was. */
  readonly revive: (json: unknown) => State;
}

/** A state that the events of a stream lead to, one after the other. Pure; every `Decider` is one. */
export interface Fold<State, Event extends EventLike> {
  readonly initialState: () => State;
  evolve(state: State, event: StoredEvent<Event>): State;
  /** Missing: there are no snapshots, and the stream is read from its first event each time. */
  readonly snapshots?: SnapshotForm<State> | undefined;
}

/** A fold of whatever state and events. */
export type AnyFold = Fold<unknown, never>;

/** Up to where a stream is folded: to its end, or to what comes first of these. */
export interface FoldPlace {
  readonly streamId: string;
  /**
   * Ends before the first event that was recorded later. Clocks of replicas differ, so that a later event may bear an earlier
   * time; without the event before it, it would lead to a state that never was.
   */
  readonly until?: Date | undefined;
  /** The last version. */
  readonly upTo?: number | undefined;
}

export interface Folded<State> {
  readonly state: State;
  /** Version of the last event that it comprises; 0 where there is none. */
  readonly version: number;
}

/** A state that was kept, and where in its stream it stands. */
export interface Snapshot {
  readonly streamId: string;
  readonly version: number;
  /** JSON. */
  readonly state: unknown;
  /** The latest time at which one of the events up to this version was recorded. */
  readonly lastRecordedAt: Date;
}
