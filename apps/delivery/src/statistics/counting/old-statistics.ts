import { sql } from 'kysely';
import type { Database } from '../../database/database.port.ts';
import { keptAt, RESOLUTIONS } from '../resolutions.policy.ts';
import type { Resolution } from '../resolutions.policy.ts';
import { ALL_WEBHOOKS } from './count-deliveries.ts';
import { readProgress } from './progress.ts';

/** How many buckets of tenants are deleted by one statement. */
const BUCKETS_AT_ONCE = 2_000;

/**
 * Deletes buckets past their retention, in many short statements.
 *
 * @returns the number of rows that were deleted
 */
export async function deleteOldStatistics(database: Database, now: Date): Promise<number> {
  // Buckets that are still counted are never deleted.
  const progress = await readProgress(database);
  if (!progress) return 0;
  const { daysFrom } = keptAt(now.getTime());
  return (
    (await deleteBefore(database, RESOLUTIONS.minute, progress.minutesFrom)) +
    (await deleteBefore(database, RESOLUTIONS.hour, progress.hoursFrom)) +
    (await deleteBefore(database, RESOLUTIONS.day, daysFrom))
  );
}

/** Each row of a webhook has a sum of its tenant beside it. So the small index over the sums finds all rows. */
async function deleteBefore({ query }: Database, resolution: Resolution, before: number): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { rows } = await sql<{ buckets: number; deleted: number }>`
      with old as (
        select distinct tenant_id, bucket from (
          select tenant_id, bucket from delivery_statistics
          where resolution = ${resolution} and bucket < ${new Date(before).toISOString()}::timestamptz and webhook_id = ${ALL_WEBHOOKS}::uuid
          order by bucket, tenant_id limit ${BUCKETS_AT_ONCE}
        ) sums
      ),
      gone as (
        delete from delivery_statistics s using old
        where s.resolution = ${resolution} and s.tenant_id = old.tenant_id and s.bucket = old.bucket returning 1
      )
      select (select count(*) from old)::integer as buckets, (select count(*) from gone)::integer as deleted`.execute(
      query,
    );
    deleted += rows[0]?.deleted ?? 0;
    if ((rows[0]?.buckets ?? 0) === 0) return deleted;
  }
}
