import type { EntityManager } from '@mikro-orm/postgresql';
import { backoffMs, Batcher, pause } from '@signet/async';
import { sql } from 'kysely';
import type { PublishedStreams, PublishedVersion } from './published-streams.ts';
import { EVENTS_TABLE, POSITIONS_TABLE, RELAY_NAME } from './relay-name.ts';

/** The waits before each look at the relay's position. */
const LOOKS = { firstMs: 10, longestMs: 100 };

export interface UntilPublishedOptions {
  readonly em: EntityManager;
  /**
   * The versions that the relay of this process has published. It stays empty while another replica holds the relay's
   * lock.
   */
  readonly published: PublishedStreams;
  /**
   * Whether this process takes part in publishing at all. If not (a command, or a service that is starting), there is
   * no wait.
   */
  readonly isRelaying: () => boolean;
  readonly longestMs: number;
}

/**
 * Waits until Kafka has acknowledged the records of a stream up to a version. A caller that gets its answer after
 * that and then sends a message can be sure that the webhook is in the directory that routes the message. The wait
 * ends after `longestMs` at most: the change is stored, and the relay publishes it as soon as it can.
 *
 * If this replica is the one that publishes, the relay signals it in memory. Any other replica reads the relay's
 * position. That position is never beyond the horizon of transactions (`pg_snapshot_xmin`), so an event at or before
 * it has been published. The reads of all waiting callers are combined into one statement: when publishing is slow
 * many callers wait, and their reads must not make it slower.
 */
export class UntilPublished {
  private readonly looks = new Batcher((streams: readonly PublishedVersion[]) => this.storedOf(streams));

  constructor(private readonly options: UntilPublishedOptions) {}

  /** @returns whether the version is known to be published; never rejects */
  async published(stream: PublishedVersion): Promise<boolean> {
    const { published, isRelaying, longestMs } = this.options;
    const deadline = performance.now() + longestMs;
    const { told, forget } = published.watch(stream.streamId, stream.version);
    try {
      for (let looks = 1; isRelaying(); looks += 1) {
        const left = deadline - performance.now();
        if (left <= 0) return false;
        if (!(await pause(Math.min(backoffMs(looks, LOOKS), left), told))) return true;
        if ((await this.looks.add([stream])).has(stream)) return true;
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
