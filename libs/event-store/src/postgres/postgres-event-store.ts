import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import { sql } from 'kysely';
import type { EventLike, NewEvent, StoredEvent, Stream } from '../event.ts';
import type { AppendOptions, Appended, EventStore, PageOptions, StreamAppend } from '../event-store.ts';
import type { AnyFold, Fold, Folded, FoldPlace } from '../snapshot/fold.ts';
import type { FoldSource, Slice } from '../snapshot/fold-streams.ts';
import { foldStreams, passesSnapshot } from '../snapshot/fold-streams.ts';
import { VersionConflictError } from '../version-conflict.error.ts';
import type { EventRow } from './event-rows.ts';
import { EVENT_COLUMNS, eventOf } from './event-rows.ts';
import { quotedTable } from './identifier.ts';
import { AppendRefused, insertEvents } from './insert-events.ts';
import type { Projection } from './projection.ts';
import { projectAll } from './projection.ts';
import { readSlices } from './read-slices.ts';
import { keepSnapshots, latestSnapshots, mayKeepSnapshots } from './snapshot-statements.ts';

export interface PostgresEventStoreOptions {
  /** Any entity manager. If it is in a transaction at the time of a call, the store joins that transaction. */
  readonly em: EntityManager;
  readonly clock: Clock;
  readonly projections: readonly Projection[];
  /** Folds of which each append keeps the snapshots; needs the table of STREAM_SNAPSHOTS_MIGRATION. */
  readonly folds?: readonly AnyFold[] | undefined;
  /** Default `events`; `schema.events` if it is not on the search path. */
  readonly table?: string | undefined;
}

export interface InTransaction {
  /** More work for the transaction of the append, after the projections. Throwing rolls the append back. */
  readonly alongside?: ((em: EntityManager) => Promise<void>) | undefined;
}

/**
 * Streams in the table of EVENT_STORE_MIGRATION. Appending and projecting are one transaction. Within a transaction of
 * the caller they are a savepoint, so that the caller can decide again after a conflict.
 */
export class PostgresEventStore implements EventStore {
  readonly #em: EntityManager;
  readonly #clock: Clock;
  readonly #projections: readonly Projection[];
  readonly #folds: readonly AnyFold[];
  readonly #table: string;

  constructor({ em, clock, projections, folds = [], table = 'events' }: PostgresEventStoreOptions) {
    this.#em = em;
    this.#clock = clock;
    this.#projections = projections;
    this.#folds = folds;
    this.#table = quotedTable(table);
  }

  async fold<State, Event extends EventLike>(
    fold: Fold<State, Event>,
    places: readonly FoldPlace[],
  ): Promise<Map<string, Folded<State>>> {
    const { folded, missing } = await foldStreams(this.#sourceIn(this.#em), fold, places);
    if (missing.length > 0) await this.#makeMissing(fold, [...new Set(missing.map(({ streamId }) => streamId))]);
    return folded;
  }

  async read<Event extends EventLike>(streamId: string): Promise<Stream<Event>> {
    const events = (await this.readSlices<Event>([{ streamId, after: 0 }])).get(streamId)!;
    return { events, version: events.length };
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

  readSlices<Event extends EventLike>(slices: readonly Slice[]): Promise<Map<string, StoredEvent<Event>[]>> {
    return readSlices(this.#em, this.#table, slices);
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
        await this.#keepPassed(transaction, appends);
        await alongside?.(transaction);
        for (const event of stored) appended.get(event.streamId)!.events.push(event);
      });
    } catch (error) {
      throw error instanceof AppendRefused ? await this.#conflict(appends) : error;
    }
    return appended;
  }

  #sourceIn(em: EntityManager): FoldSource {
    return {
      latest: (form, places) => latestSnapshots(em, form, places),
      slices: (slices, limit) => readSlices(em, this.#table, slices, limit),
    };
  }

  /** Keeps the snapshots that are due after these appends, in their transaction. It reads each stream since its last snapshot. */
  async #keepPassed(em: EntityManager, appends: readonly StreamAppend<EventLike>[]): Promise<void> {
    const passing = appends.filter(({ expectedVersion: from, events }) => passesSnapshot(from, from + events.length));
    for (const fold of this.#folds) {
      const places = passing.filter(({ streamId }) => fold.snapshots?.isOf(streamId));
      const { missing } = await foldStreams(
        this.#sourceIn(em),
        fold,
        places.map(({ streamId }) => ({ streamId })),
      );
      if (fold.snapshots) await keepSnapshots(em, fold.snapshots, missing);
    }
  }

  /** Reads the streams once more, under a lock that excludes code that rewrites events. A stream needs it only once. */
  async #makeMissing<State, Event extends EventLike>(fold: Fold<State, Event>, streamIds: readonly string[]) {
    const em = this.#em.isInTransaction() ? this.#em : this.#em.fork();
    await em.transactional(async (transaction) => {
      if (!fold.snapshots || !(await mayKeepSnapshots(transaction))) return;
      const places = streamIds.map((streamId) => ({ streamId }));
      const { missing } = await foldStreams(this.#sourceIn(transaction), fold, places);
      await keepSnapshots(transaction, fold.snapshots, missing);
    });
  }

  /** Finds the stream with the conflict: the statement that was rolled back does not name it. */
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
