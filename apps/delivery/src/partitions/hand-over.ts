import { sql } from 'kysely';
import type { Database } from '../database/database.port.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { claimsOf, fence } from './fence.ts';
import type { PartitionClaim } from './ownership.ts';

/**
 * Changes due deliveries when their partition goes from one owner to the next: deliveries on the wire are held, so that the
 * former owner can still record the outcome; all other leased deliveries become due at once (docs/adr/0023).
 */
export class HandOver {
  constructor(private readonly database: Database) {}

  /**
   * Makes deliveries due that former owners of these partitions have leased and may never report on. Held deliveries keep
   * their time. A leased delivery is recognised by its time in the work queue, which is later than its next retry.
   *
   * @param latest no lease ends later
   */
  async takeOver(claims: readonly PartitionClaim[], now: Date, latest: Date): Promise<void> {
    if (claims.length === 0) return;
    await sql`
      with ${fence(claims)}
      update due_deliveries q set due_at = ${now} from deliveries d
      where q.partition in (select partition from owned) and q.due_at > ${now} and q.due_at <= ${latest}
        and q.held_epoch is null and d.id = q.delivery_id and d.day = q.day
        and coalesce(d.next_retry_at, d.created_at) <= ${now}`.execute(this.database.query);
  }

  /**
   * Holds deliveries that are on the wire here: the partitions' next owner does not send them until the given times. If an
   * attempt was recorded while the statement was under way, the statement leaves that delivery unchanged: it would overwrite
   * the time of the next attempt.
   */
  async hold(tasks: readonly DeliveryTask[], until: readonly Date[]): Promise<void> {
    if (tasks.length === 0) return;
    await sql`
      with ${fence(claimsOf(tasks))}
      update due_deliveries q set due_at = held.until, held_epoch = held.epoch
      from unnest(${tasks.map(({ id }) => id)}::uuid[], ${until.map((time) => time.toISOString())}::timestamptz[],
        ${tasks.map(({ nextAttempt }) => nextAttempt - 1)}::integer[], ${tasks.map(({ claim }) => claim.partition)}::integer[],
        ${tasks.map(({ claim }) => claim.epoch)}::bigint[]) as held(delivery_id, until, attempts, partition, epoch)
      join owned using (partition, epoch), deliveries d
      where q.delivery_id = held.delivery_id and d.id = q.delivery_id and d.day = q.day
        and d.attempt_count + d.unspent_attempts = held.attempts`.execute(this.database.query);
  }

  /**
   * Makes the tasks due again that were leased or held under their claims. A leased one only if no other replica has taken
   * its partition since.
   */
  async handBack(tasks: readonly DeliveryTask[], now: Date): Promise<void> {
    if (tasks.length === 0) return;
    await sql`
      with ${fence(claimsOf(tasks))}
      update due_deliveries q set due_at = ${now}, held_epoch = null
      from unnest(${tasks.map(({ id }) => id)}::uuid[], ${tasks.map(({ claim }) => claim.epoch)}::bigint[])
        as back(delivery_id, epoch)
      where q.delivery_id = back.delivery_id
        and ((q.partition, back.epoch) in (select partition, epoch from owned) or q.held_epoch = back.epoch)`.execute(
      this.database.query,
    );
  }

  /** The partitions stayed with this replica: deliveries on the wire are only leased again, not held. */
  async holdNoLonger(claims: readonly PartitionClaim[]): Promise<void> {
    if (claims.length === 0) return;
    await sql`
      with ${fence(claims)}
      update due_deliveries q set held_epoch = null from owned o
      where q.partition = o.partition and q.held_epoch = o.epoch`.execute(this.database.query);
  }

  /** Whether some deliveries of these partitions are held, so on the wire at another replica. */
  async areSomeHeld(partitions: readonly number[]): Promise<boolean> {
    const result = await sql`
      select from due_deliveries
      where partition = any(${partitions}::integer[]) and held_epoch is not null limit 1`.execute(this.database.query);
    return result.rows.length > 0;
  }
}
