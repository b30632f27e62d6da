import type { Resolution } from '../resolutions.policy.ts';
import type { CountedGroup } from './count-deliveries.ts';

/** PostgreSQL has cancelled a statement, as a rule because it took longer than `statement_timeout`. */
const PG_QUERY_CANCELED = '57014';
/** The size of a round is divided by this when a statement takes too long, and multiplied when it does not. */
const STEP = 4;

export type Groups = ReadonlyMap<Resolution, readonly CountedGroup[]>;

const NO_GROUPS: Groups = new Map();
const keyOf = (resolution: Resolution, { webhookId, bucket }: CountedGroup): string =>
  `${resolution} ${webhookId} ${bucket}`;

/**
 * How many changes a round counts. A statement that takes too long would take too long again in the next round, for ever, and
 * with it the statistics of all tenants would stand still. So the next round is smaller. If one change alone takes too long, its
 * group is not counted any more until the process ends: the numbers of this one bucket stay as they are.
 */
export class RoundSize {
  /** Rows of the log, and deleted deliveries, that the next round reads. */
  rows: number;
  private readonly leftOut = new Set<string>();
  private counting: Groups = NO_GROUPS;

  constructor(private readonly most: number) {
    this.rows = most;
  }

  /** Takes note of the groups that the round is about to count, and returns those that are not left out. */
  choose(groups: Groups): Groups {
    this.counting = new Map(
      [...groups].map(([resolution, some]) => [
        resolution,
        some.filter((group) => !this.leftOut.has(keyOf(resolution, group))),
      ]),
    );
    return this.counting;
  }

  /** The round has counted. */
  succeeded(): void {
    this.counting = NO_GROUPS;
    this.rows = Math.min(this.most, this.rows * STEP);
  }

  /** The round has failed. Returns the error to report. */
  failed(error: unknown): unknown {
    const { counting } = this;
    this.counting = NO_GROUPS;
    if ((error as { code?: unknown }).code !== PG_QUERY_CANCELED) return error;
    if (this.rows > 1) {
      this.rows = Math.max(1, Math.floor(this.rows / STEP));
      return error;
    }
    const keys = [...counting].flatMap(([resolution, some]) => some.map((group) => keyOf(resolution, group)));
    if (keys.length === 0) return error;
    for (const key of keys) this.leftOut.add(key);
    this.rows = this.most;
    const what = `Not counted any more until the next start, because it takes too long (seconds, webhook, begin): ${keys.join(', ')}`;
    return new Error(what, { cause: error });
  }
}
