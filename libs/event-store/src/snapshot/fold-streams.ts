import type { EventLike, StoredEvent } from '../event.ts';
import type { Fold, Folded, FoldPlace, Snapshot, SnapshotKind } from './fold.ts';

/**
 * The number of events between two snapshots of a stream. A command reads at most so many events and one snapshot: a hundred rows
 * take a millisecond or two. Most streams stay shorter and never have a snapshot; a long one takes one percent more rows.
 */
export const SNAPSHOT_EVERY = 100;

/** Part of a stream: the events behind version `after`, up to version `upTo`. */
export interface Slice {
  readonly streamId: string;
  readonly after: number;
  readonly upTo?: number | undefined;
}

/** The two reads that `foldStreams` needs from a store. */
export interface FoldSource {
  /** For each place the latest snapshot of this name and shape that is within its bounds; places without one are left out. */
  latest(kind: SnapshotKind, places: readonly FoldPlace[]): Promise<ReadonlyMap<string, Snapshot>>;
  /** Of each slice the first `limit` events. */
  slices<Event extends EventLike>(
    slices: readonly Slice[],
    limit: number,
  ): Promise<ReadonlyMap<string, readonly StoredEvent<Event>[]>>;
}

export interface FoldedStreams<State> {
  /** By stream; it has an entry for every place in the question. */
  readonly folded: Map<string, Folded<State>>;
  /** Snapshots that should exist but do not, made from the events that were read. */
  readonly missing: Snapshot[];
}

/**
 * Folds streams from their latest snapshots. If snapshots are missing (of an old stream, or since the shape was raised) it
 * reads on page by page, and returns the missing ones as well.
 */
export async function foldStreams<State, Event extends EventLike>(
  source: FoldSource,
  fold: Fold<State, Event>,
  places: readonly FoldPlace[],
): Promise<FoldedStreams<State>> {
  const form = fold.snapshots;
  const known = form && places.length > 0 ? await source.latest(form, places) : new Map<string, Snapshot>();
  const all = new Map(places.map((place) => [place.streamId, new Folding(fold, place, known.get(place.streamId))]));
  for (let open = [...all.values()]; open.length > 0; open = open.filter(({ isDone }) => !isDone)) {
    const slices = open.map(({ place: { streamId, upTo }, version }) => ({ streamId, after: version, upTo }));
    const pages = await source.slices<Event>(slices, SNAPSHOT_EVERY);
    for (const folding of open) folding.add(pages.get(folding.place.streamId) ?? []);
  }
  return {
    folded: new Map([...all].map(([streamId, { state, version }]) => [streamId, { state, version }])),
    missing: [...all.values()].flatMap(({ missing }) => missing),
  };
}

/** One stream while it is being folded. */
class Folding<State, Event extends EventLike> {
  state: State;
  version: number;
  isDone = false;
  readonly missing: Snapshot[] = [];
  private lastRecordedAt: Date;

  constructor(
    private readonly fold: Fold<State, Event>,
    readonly place: FoldPlace,
    snapshot: Snapshot | undefined,
  ) {
    this.state = snapshot && fold.snapshots ? fold.snapshots.revive(snapshot.state) : fold.initialState();
    this.version = snapshot?.version ?? 0;
    this.lastRecordedAt = snapshot?.lastRecordedAt ?? new Date(0);
  }

  add(page: readonly StoredEvent<Event>[]): void {
    for (const event of page) {
      if (this.place.until !== undefined && event.recordedAt > this.place.until) {
        this.isDone = true;
        return;
      }
      this.state = this.fold.evolve(this.state, event);
      this.version = event.version;
      if (event.recordedAt > this.lastRecordedAt) this.lastRecordedAt = event.recordedAt;
      if (this.fold.snapshots?.isOf(event.streamId) && this.version % SNAPSHOT_EVERY === 0)
        this.missing.push(this.snapshot());
    }
    if (page.length < SNAPSHOT_EVERY) this.isDone = true;
  }

  private snapshot(): Snapshot {
    const { state, version, lastRecordedAt, place } = this;
    return { streamId: place.streamId, version, state: JSON.parse(JSON.stringify(state)) as unknown, lastRecordedAt };
  }
}

/** Whether an append from one version to another passes one at which a snapshot is kept. */
export const passesSnapshot = (from: number, to: number): boolean =>
  Math.floor(to / SNAPSHOT_EVERY) > Math.floor(from / SNAPSHOT_EVERY);
