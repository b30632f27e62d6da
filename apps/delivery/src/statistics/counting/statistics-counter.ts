import { isoTime } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { sql } from 'kysely';
import type { Database, Queries } from '../../database/database.port.ts';
import { DeliveryDays } from '../../database/delivery-days.ts';
import type { DeliveryDay } from '../../database/delivery-days.ts';
import { daysWithin } from '../../delivery/http/delivery.pages.ts';
import { ceilTo, keptAt, RESOLUTIONS } from '../resolutions.policy.ts';
import type { Kept } from '../resolutions.policy.ts';
import { changesSince, deletedMinutes, forgetDeleted, minutesWithin } from './changed-deliveries.ts';
import { countDeliveries } from './count-deliveries.ts';
import { groupsOf, nextToFill, restAfter, spanOf } from './counting.policy.ts';
import type { Span } from './counting.policy.ts';
import { placeOfNow, readProgress, storeProgress } from './progress.ts';
import type { Progress } from './progress.ts';
import type { Groups } from './round-size.ts';
import { RoundSize } from './round-size.ts';

/** One replica counts at a time. */
const LOCK = 'signet.delivery.statistics';
/** Rows of the log, and deleted deliveries, whose minutes are counted in one transaction: a second of work at most. */
const LOG_ROWS = 25_000;

export interface Round {
  readonly isBehind: boolean;
  /** Until then no replica counts, milliseconds since 1970. */
  readonly restUntil: number;
}

/**
 * Counts deliveries that have changed, and those that are older than the statistics. What is counted, and how far, is stored in one
 * transaction: a crash loses both, and counts nothing twice. The advisory lock belongs to the transaction, so that only one replica
 * counts at a time.
 *
 * Before the first write of a round the transaction has no id, so that its reads do not hold back the relay of outcomes. The longest
 * buckets are counted first, so that their reads are among these.
 */
export class StatisticsCounter {
  private readonly size: RoundSize;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    logRows = LOG_ROWS,
  ) {
    this.size = new RoundSize(logRows);
  }

  /**
   * @param fills whether deliveries are counted that have not changed, too
   * @returns null if another replica is counting
   */
  async round(fills: boolean): Promise<Round | null> {
    try {
      return await this.roundOnce(fills);
    } catch (error) {
      throw this.size.failed(error);
    }
  }

  private roundOnce(fills: boolean): Promise<Round | null> {
    return this.database.transaction(async (transaction) => {
      const { rows } = await sql<{ taken: boolean }>`
        select pg_try_advisory_xact_lock(hashtextextended(${LOCK}, 0)) as taken`.execute(transaction.query);
      if (!rows[0]?.taken) return null;
      const now = this.clock().getTime();
      const progress = await this.progress(transaction, now);
      if (progress.restUntil > now) return { isBehind: false, restUntil: progress.restUntil };
      return this.count(transaction, progress, now, fills);
    });
  }

  private async progress(queries: Queries, now: number): Promise<Progress> {
    const progress = await readProgress(queries);
    const { minutesFrom, hoursFrom } = keptAt(now);
    if (progress && !progress.isAhead)
      return {
        ...progress,
        // They never go back: the rows before may have been deleted.
        minutesFrom: Math.max(progress.minutesFrom, minutesFrom),
        hoursFrom: Math.max(progress.hoursFrom, hoursFrom),
      };
    // All that is there is counted by the filling, and all changes from here on by the log.
    const filledFrom = ceilTo(now + 1, RESOLUTIONS.hour);
    const begin = { ...(await placeOfNow(queries)), filledFrom, isFilled: false, countedAt: now, restUntil: now };
    return { minutesFrom, hoursFrom, ...progress, ...begin };
  }

  private async count(queries: Queries, progress: Progress, now: number, fills: boolean): Promise<Round> {
    const kept: Kept = { ...progress, daysFrom: keptAt(now).daysFrom };
    const changes = await changesSince(queries, progress.tx, progress.position, this.size.rows);
    const deleted = await deletedMinutes(queries, this.size.rows);
    // Read after the changes: a day is noted before its deliveries are stored.
    const days = await new DeliveryDays(queries).all();
    const next = nextToFill(progress.filledFrom, kept, days);
    const span = fills && !changes.isFull ? next : null;
    const unchanged = span
      ? await minutesWithin(queries, new Date(span.from), new Date(span.before), namesOf(days, span))
      : [];
    // The filling leaves out nothing: `completeFrom` would promise too much. It is first, as its reads are long.
    await this.countGroups(queries, groupsOf(unchanged, kept), days);
    await this.countGroups(queries, this.size.choose(groupsOf([...changes.minutes, ...deleted.minutes], kept)), days);
    await forgetDeleted(queries, deleted.ids);
    const isBehind = changes.isFull || deleted.isFull || span !== null;
    const end = this.clock().getTime();
    const restUntil = end + restAfter(end - now, isBehind);
    // Once all that there was is counted, the log tells of everything else.
    const filledFrom =
      next === null ? Math.min(progress.filledFrom, kept.daysFrom) : (span?.from ?? progress.filledFrom);
    const isFilled = next === null;
    await storeProgress(queries, { ...progress, ...changes.last, filledFrom, isFilled, countedAt: now, restUntil });
    this.size.succeeded();
    return { isBehind, restUntil };
  }

  private async countGroups(queries: Queries, groups: Groups, days: readonly DeliveryDay[]): Promise<void> {
    for (const [resolution, some] of groups)
      if (some.length > 0) await countDeliveries(queries, some, resolution, namesOf(days, spanOf(some, resolution)));
  }
}

/** The days of the messages of all deliveries that were created in the span. */
const namesOf = (days: readonly DeliveryDay[], { from, before }: Span): string[] =>
  daysWithin(days, { from: isoTime(from), before: isoTime(before) }).map(({ day }) => day);
