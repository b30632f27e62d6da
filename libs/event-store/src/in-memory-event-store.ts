import type { Clock } from '@signet/contracts';
import { systemClock } from '@signet/contracts';
import type { EventLike, NewEvent, StoredEvent, Stream } from './event.ts';
import { storedForm } from './event.ts';
import type { AppendOptions, Appended, EventStore, PageOptions, ReadOptions, StreamAppend } from './event-store.ts';
import { streamUntil } from './stream-until.ts';
import { VersionConflictError } from './version-conflict.error.ts';

/** The store's twin in memory, for tests of what only needs streams. Projections are PostgreSQL's alone. */
export class InMemoryEventStore implements EventStore {
  readonly #streams = new Map<string, StoredEvent[]>();
  readonly #clock: Clock;
  #position = 0n;

  constructor({ clock = systemClock }: { readonly clock?: Clock } = {}) {
    this.#clock = clock;
  }

  async read<Event extends EventLike>(streamId: string, { until }: ReadOptions = {}): Promise<Stream<Event>> {
    // A copy: what a reader does to its events is nobody else's business.
    const events = structuredClone(this.#streams.get(streamId) ?? []) as StoredEvent<Event>[];
    return streamUntil(events, until);
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

  async readMany<Event extends EventLike>(streamIds: readonly string[]): Promise<Map<string, Stream<Event>>> {
    const streams = new Map<string, Stream<Event>>();
    for (const streamId of streamIds) streams.set(streamId, await this.read<Event>(streamId));
    return streams;
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
    return new Map(
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
        return [streamId, { version: expectedVersion + events.length, events: structuredClone(stored) }];
      }),
    );
  }
}
