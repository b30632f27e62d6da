import { setTimeout as wait } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { GatheredLooks } from './gathered-looks.ts';
import type { PublishedStreams, PublishedVersion } from './published-streams.ts';
import { EVENTS_TABLE, POSITIONS_TABLE, RELAY_NAME } from './relay-name.ts';

/** The table is asked after this, and after twice as long each time, up to the longest. */
const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 100;

export interface UntilPublishedOptions {
  readonly em: EntityManager;
  /** What the relay of this process has published; empty for ever where another replica holds its lock. */
  readonly published: PublishedStreams;
  /** Whether this process takes part in publishing at all. A command, or a service that starts, does not wait for itself. */
  readonly isRelaying: () => boolean;
  readonly longestMs: number;
}

/**
 * Waits until Kafka has acknowledged what a stream led to, up to a version: whoever gets an answer after that and sends
 * a message at once finds the webhook in the directory that routes it. At most `longestMs`: what was asked for is
 * durable, and the relay publishes it as soon as it can.
 *
 * Where this replica publishes it is told in memory. Any other asks the relay's position, which lies behind the
 * horizon of transactions (`pg_snapshot_xmin`) by itself: an event at or before it has been published. All who wait ask
 * together: when publishing is slow many wait, and their questions must not make it slower.
 */
export class UntilPublished {
  private readonly looks = new GatheredLooks<PublishedVersion>((streams) => this.storedOf(streams));

  constructor(private readonly options: UntilPublishedOptions) {}

  /** @returns whether it is known to be published; never rejects */
  async published(stream: PublishedVersion): Promise<boolean> {
    const { published, isRelaying, longestMs } = this.options;
    const deadline = performance.now() + longestMs;
    const { told, forget } = published.watch(stream.streamId, stream.version);
    try {
      for (let lookMs = FIRST_LOOK_MS; isRelaying(); lookMs = Math.min(lookMs * 2, LONGEST_LOOK_MS)) {
        const left = deadline - performance.now();
        if (left <= 0) return false;
        if (await isAborted(told, Math.min(lookMs, left))) return true;
        if (await this.looks.isTrueOf(stream)) return true;
      }
      return false;
    } finally {
      forget();
    }
  }

  private async storedOf(streams: readonly PublishedVersion[]): Promise<ReadonlySet<PublishedVersion>> {
    try {
      const ids = streams.map(({ streamId }) => streamId);
      const versions = streams.map(({ version }) => version);
      const { rows } = await sql<{ at: string }>`
        select asked.at from unnest(${ids}::text[], ${versions}::int[]) with ordinality as asked (stream_id, version, at)
        join ${sql.raw(EVENTS_TABLE)} as event on event.stream_id = asked.stream_id and event.version = asked.version
        join ${sql.raw(POSITIONS_TABLE)} as relay on relay.name = ${RELAY_NAME}
        where (event.tx, event.position) <= (relay.tx, relay.position)`.execute(this.options.em.getKysely());
      return new Set(rows.flatMap(({ at }) => streams[Number(at) - 1] ?? []));
    } catch {
      // The database went away after the commit; the answer does not fail for that.
      return new Set();
    }
  }
}

/** Whether the signal is aborted within so long. */
async function isAborted(signal: AbortSignal, ms: number): Promise<boolean> {
  try {
    await wait(ms, undefined, { signal });
    return false;
  } catch {
    return true;
  }
}
