import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import { newId } from '@signet/contracts';
import { PostgresEventStore } from '@signet/event-store';
import type { PublishedVersion } from '../relay/published-streams.ts';
import type { Kind } from '../database/streams.ts';

/**
 * A request to publish the present state of these aggregates once more. The request goes through the log, like
 * everything that the relay publishes. A record that is published in another way could come after a newer one, and
 * compaction would keep the old state.
 */
export type SnapshotsRequested = {
  readonly type: 'SnapshotsRequested';
  readonly data: { readonly kind: Kind; readonly ids: readonly string[] };
};

export const isSnapshotsRequested = (event: { type: string }): event is SnapshotsRequested =>
  event.type === 'SnapshotsRequested';

/** Aggregates whose snapshots are published together; it limits how many are in memory at once. */
export const SNAPSHOTS_AT_ONCE = 500;

/** One run of a command: a stream with the snapshots that the command requests. */
export class Republication {
  readonly #streamId = `republication:${newId()}`;
  #version = 0;

  constructor(
    private readonly clock: Clock,
    private readonly actor: string,
  ) {}

  /** Requests the snapshots of up to SNAPSHOTS_AT_ONCE aggregates, in the transaction of `em` if it is in one. */
  async request(em: EntityManager, kind: Kind, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const store = new PostgresEventStore({ em, clock: this.clock, projections: [] });
    const event: SnapshotsRequested = { type: 'SnapshotsRequested', data: { kind, ids } };
    const options = { expectedVersion: this.#version, actor: this.actor };
    this.#version = (await store.append(this.#streamId, [event], options)).version;
  }

  /** The last request; undefined where there was none. */
  get last(): PublishedVersion | undefined {
    return this.#version === 0 ? undefined : { streamId: this.#streamId, version: this.#version };
  }
}
