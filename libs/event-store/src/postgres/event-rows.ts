import type { EventLike, StoredEvent } from '../event.ts';

/** A row of `events` as the statements here select it. */
export interface EventRow {
  readonly stream_id: string;
  readonly version: number;
  /** bigint as text. */
  readonly position: string;
  readonly type: string;
  readonly data: object;
  readonly actor: string;
  /** Milliseconds since the epoch: MikroORM leaves a timestamptz as the server's text. */
  readonly recorded_at_ms: number;
}

export const EVENT_COLUMNS = `stream_id, version, position::text as position, type, data, actor,
  (extract(epoch from recorded_at) * 1000)::float8 as recorded_at_ms`;

/** The event of a row. `Event` is not checked: the caller asserts which events the stream has. */
export const eventOf = <Event extends EventLike>(row: EventRow): StoredEvent<Event> =>
  ({
    type: row.type,
    data: row.data,
    streamId: row.stream_id,
    version: row.version,
    position: BigInt(row.position),
    actor: row.actor,
    recordedAt: new Date(row.recorded_at_ms),
  }) as unknown as StoredEvent<Event>;
