/** A fact as a decider states it. `data` is JSON: what JSON cannot carry (Date, bigint, undefined) does not belong in it. */
export interface EventLike {
  readonly type: string;
  readonly data: object;
}

/** An event that is to be appended: the fact alone. The store adds its place, its actor and its time. */
export type NewEvent<Event extends EventLike> = Event;

/** The place of a stored fact in its stream and in the log, its actor and its time. */
export interface EventMetadata {
  readonly streamId: string;
  /** Counts the events of the stream from 1, without gaps. */
  readonly version: number;
  /** Grows over all streams, with gaps. Within a stream it grows with the version. */
  readonly position: bigint;
  /** Who asked for it: a user, a key or a service. */
  readonly actor: string;
  /** By the store's clock. */
  readonly recordedAt: Date;
}

export type StoredEvent<Event extends EventLike = EventLike> = Event & EventMetadata;

export interface Stream<Event extends EventLike> {
  readonly events: StoredEvent<Event>[];
  /** Version of the last of `events`; 0 where there is none. */
  readonly version: number;
}

/** `data` as every later reader gets it: projections in the append see it as the database will return it. */
export const storedForm = (data: object): { json: string; data: object } => {
  const json = JSON.stringify(data);
  return { json, data: JSON.parse(json) as object };
};
