import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import { sql } from 'kysely';
import type { EventLike, NewEvent, StoredEvent, Stream } from '../event.ts';
import type { AppendOptions, Appended, EventStore, PageOptions, ReadOptions, StreamAppend } from '../event-store.ts';
import { streamUntil } from '../stream-until.ts';
import { VersionConflictError } from '../version-conflict.error.ts';
import type { EventRow } from './event-rows.ts';
import { EVENT_COLUMNS, eventOf } from './event-rows.ts';
import { quotedTable } from './identifier.ts';
import { AppendRefused, insertEvents } from './insert-events.ts';
import type { Projection } from './projection.ts';
import { projectAll } from './projection.ts';

export interface PostgresEventStoreOptions {
  /** Any entity manager. If it is in a transaction at the time of a call, the store joins that. */
  readonly em: EntityManager;
  readonly clock: Clock;
  readonly projections: readonly Projection[];
  /** Default `events`; `schema.events` if it is not on the search path. */
  readonly table?: string | undefined;
}

export interface InTransaction {
  /** More work for the transaction of the append, after the projections. Throwing rolls the append back. */
  readonly alongside?: ((em: EntityManager) => Promise<void>) | undefined;
}

/**
 * Streams in the table of EVENT_STORE_MIGRATION. Appending and projecting are one transaction; within a
 * transaction of the caller's they are a savepoint of it, so that a conflict there can be decided again.
 */
export class PostgresEventStore implements EventStore {
  readonly #em: EntityManager;
  readonly #clock: Clock;
  readonly #projections: readonly Projection[];
  readonly #table: string;

  constructor({ em, clock, projections, table = 'events' }: PostgresEventStoreOptions) {
    this.#em = em;
    this.#clock = clock;
    this.#projections = projections;
    this.#table = quotedTable(table);
  }

  async read<Event extends EventLike>(streamId: string, { until }: ReadOptions = {}): Promise<Stream<Event>> {
    const streams = await this.readMany<Event>([streamId]);
    return streamUntil(streams.get(streamId)!.events, until);
  }

  async readPage<Event extends EventLike>(
    streamId: string,
    { limit, before }: PageOptions,
  ): Promise<StoredEvent<Event>[]> {
    const earlier = before === undefined ? sql`` : sql`and version < ${before}::bigint`;
    const { rows } = await sql<EventRow>`
      select ${sql.raw(EVENT_COLUMNS)} from ${sql.raw(this.#table)}
      where stream_id = ${streamId} ${earlier} order by version desc limit ${limit}`.execute(this.#em.getKysely());
    return rows.map((row) => eventOf<Event>(row));
  }

  async readMany<Event extends EventLike>(streamIds: readonly string[]): Promise<Map<string, Stream<Event>>> {
    const eventsOf = new Map<string, StoredEvent<Event>[]>(streamIds.map((streamId) => [streamId, []]));
    if (streamIds.length > 0) {
      const { rows } = await sql<EventRow>`
        select ${sql.raw(EVENT_COLUMNS)} from ${sql.raw(this.#table)}
        where stream_id = any(${[...eventsOf.keys()]}::text[]) order by stream_id, version`.execute(
        this.#em.getKysely(),
      );
      for (const row of rows) eventsOf.get(row.stream_id)!.push(eventOf(row));
    }
    return new Map([...eventsOf].map(([streamId, events]) => [streamId, streamUntil(events, undefined)]));
  }

  async append<Event extends EventLike>(
    streamId: string,
    events: readonly NewEvent<Event>[],
    { expectedVersion, actor, alongside }: AppendOptions & InTransaction,
  ): Promise<Appended<Event>> {
    const appended = await this.appendMany([{ streamId, expectedVersion, events }], { actor, alongside });
    return appended.get(streamId)!;
  }

  async appendMany<Event extends EventLike>(
    appends: readonly StreamAppend<Event>[],
    { actor, alongside }: { readonly actor: string } & InTransaction,
  ): Promise<Map<string, Appended<Event>>> {
    const appended = new Map<string, Appended<Event>>();
    for (const { streamId, expectedVersion, events } of appends) {
      appended.set(streamId, { version: expectedVersion + events.length, events: [] });
    }
    if (alongside === undefined && appends.every(({ events }) => events.length === 0)) return appended;
    const recording = { table: this.#table, actor, recordedAt: this.#clock() };
    const em = this.#em.isInTransaction() ? this.#em : this.#em.fork();
    try {
      await em.transactional(async (transaction) => {
        const stored = await insertEvents(transaction, appends, recording);
        await projectAll(this.#projections, stored, transaction);
        await alongside?.(transaction);
        for (const event of stored) appended.get(event.streamId)!.events.push(event);
      });
    } catch (error) {
      throw error instanceof AppendRefused ? await this.#conflict(appends) : error;
    }
    return appended;
  }

  /** Says which stream it was: the rolled back statement does not. */
  async #conflict(appends: readonly StreamAppend<EventLike>[]): Promise<VersionConflictError> {
    const { rows } = await sql<{ stream_id: string; version: number }>`
      select stream_id, max(version) as version from ${sql.raw(this.#table)}
      where stream_id = any(${appends.map(({ streamId }) => streamId)}::text[])
      group by stream_id`.execute(this.#em.getKysely());
    const versionOf = new Map(rows.map((row) => [row.stream_id, row.version]));
    const written = appends.filter(({ events }) => events.length > 0);
    const culprit =
      written.find(({ streamId, expectedVersion }) => (versionOf.get(streamId) ?? 0) !== expectedVersion) ??
      written[0]!;
    return new VersionConflictError(culprit.streamId, culprit.expectedVersion, versionOf.get(culprit.streamId) ?? 0);
  }
}
