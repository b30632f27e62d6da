import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { FoldPlace, Snapshot, SnapshotKind } from '../snapshot/fold.ts';

/** Quoted. It is found on the same search path as the log. */
const TABLE = '"stream_snapshots"';
/**
 * An advisory lock: code that makes missing snapshots takes it shared, code that rewrites events takes it exclusively. The number is
 * arbitrary; no other lock has it.
 */
const LOCK = 7_401_402_001;

/** For each place the latest snapshot that is within its bounds. */
export async function latestSnapshots(
  em: EntityManager,
  { name, shape }: SnapshotKind,
  places: readonly FoldPlace[],
): Promise<Map<string, Snapshot>> {
  const { rows } = await sql<{ stream_id: string; version: number; state: unknown; last_recorded_at_ms: number }>`
    select asked.stream_id, latest.version, latest.state,
      (extract(epoch from latest.last_recorded_at) * 1000)::float8 as last_recorded_at_ms
    from unnest(
      ${places.map(({ streamId }) => streamId)}::text[],
      ${places.map(({ until }) => until?.toISOString() ?? 'infinity')}::timestamptz[],
      ${places.map(({ upTo }) => upTo ?? null)}::int[]
    ) as asked (stream_id, until, up_to)
    cross join lateral (
      select kept.version, kept.state, kept.last_recorded_at from ${sql.raw(TABLE)} as kept
      where kept.stream_id = asked.stream_id and kept.fold = ${name} and kept.shape = ${shape}
        and kept.last_recorded_at <= asked.until and (asked.up_to is null or kept.version <= asked.up_to)
      order by kept.last_recorded_at desc, kept.version desc limit 1
    ) as latest`.execute(em.getKysely());
  return new Map(
    rows.map(({ stream_id: streamId, version, state, last_recorded_at_ms }) => [
      streamId,
      { streamId, version, state, lastRecordedAt: new Date(last_recorded_at_ms) },
    ]),
  );
}

/**
 * Stores snapshots, and removes older shapes of them from the same streams. A snapshot that exists already is left as it is: it
 * has the same state, since a state follows from its events.
 */
export async function keepSnapshots(
  em: EntityManager,
  { name, shape }: SnapshotKind,
  snapshots: readonly Snapshot[],
): Promise<void> {
  if (snapshots.length === 0) return;
  // In the order of the streams, so that two transactions that store the same snapshots wait for each other instead of a deadlock.
  const ordered = snapshots.toSorted((a, b) =>
    a.streamId < b.streamId ? -1 : a.streamId > b.streamId ? 1 : a.version - b.version,
  );
  const streams = ordered.map(({ streamId }) => streamId);
  const database = em.getKysely();
  await sql`
    insert into ${sql.raw(TABLE)} (stream_id, fold, shape, last_recorded_at, version, state)
    select stream_id, ${name}, ${shape}, last_recorded_at, version, state::jsonb
    from unnest(
      ${streams}::text[],
      ${ordered.map(({ lastRecordedAt }) => lastRecordedAt.toISOString())}::timestamptz[],
      ${ordered.map(({ version }) => version)}::int[],
      ${ordered.map(({ state }) => JSON.stringify(state))}::text[]
    ) as made (stream_id, last_recorded_at, version, state)
    on conflict do nothing`.execute(database);
  await sql`
    delete from ${sql.raw(TABLE)}
    where stream_id = any(${streams}::text[]) and fold = ${name} and shape < ${shape}`.execute(database);
}

/**
 * Whether missing snapshots may be made in this transaction. They may not while another transaction rewrites events, since a
 * snapshot could be made of the old text. Ask before the events are read.
 */
export async function mayKeepSnapshots(em: EntityManager): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select pg_try_advisory_xact_lock_shared(${sql.raw(String(LOCK))}) as may`.execute(em.getKysely());
  return rows[0]?.may === true;
}

/**
 * To be called by code that rewrites events in place, in its transaction, before it takes any other lock. Until the transaction
 * ends, only appends can make snapshots; the caller has to lock the log next, and then appends wait, too.
 */
export const lockSnapshots = (em: EntityManager): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(${sql.raw(String(LOCK))})`.execute(em.getKysely());

/** Removes the snapshots of these streams, or all snapshots. They are made again from the events. */
export async function forgetSnapshots(em: EntityManager, streamIds?: readonly string[]): Promise<void> {
  const ofStreams = streamIds === undefined ? sql`` : sql`where stream_id = any(${[...streamIds]}::text[])`;
  await sql`delete from ${sql.raw(TABLE)} ${ofStreams}`.execute(em.getKysely());
}
