import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { claimsOf, ownedOf } from './owned-partitions.ts';
import type { PartitionClaim } from './ownership.ts';

/**
 * What becomes of due deliveries when their partition goes from one owner to the next: what is on the wire is held, so that
 * its outcome can still be recorded, and the rest is due at once (docs/adr/0023).
 */
export class HandOver {
  constructor(private readonly em: EntityManager) {}

  /**
   * Makes due what former owners of these partitions have leased and may never report on. What one of them holds keeps its
   * time. A lease is known by its time, which is not that of the next retry.
   *
   * @param latest no lease ends later
   */
  async takeOver(claims: readonly PartitionClaim[], now: Date, latest: Date): Promise<void> {
    if (claims.length === 0) return;
    await sql`
      with ${ownedOf(claims)}
      update due_deliveries q set due_at = ${now} from deliveries d
      where q.partition in (select partition from owned) and q.due_at > ${now} and q.due_at <= ${latest}
        and q.held_epoch is null and d.id = q.delivery_id and d.day = q.day
        and coalesce(d.next_retry_at, d.created_at) <= ${now}`.execute(this.em.fork().getKysely());
  }

  /**
   * Whoever has the partitions next leaves these alone until the given times: they are on the wire here. Where the statement
   * was under way for long and the attempt is recorded meanwhile, it changes nothing: it would undo when the next one is due.
   */
  async hold(tasks: readonly DeliveryTask[], until: readonly Date[]): Promise<void> {
    if (tasks.length === 0) return;
    await sql`
      with ${ownedOf(claimsOf(tasks))}
      update due_deliveries q set due_at = held.until, held_epoch = o.epoch
      from unnest(${tasks.map(({ id }) => id)}::uuid[], ${until.map((time) => time.toISOString())}::timestamptz[],
        ${tasks.map(({ nextAttempt }) => nextAttempt - 1)}::integer[])
        as held(delivery_id, until, attempts), owned o, deliveries d
      where q.delivery_id = held.delivery_id and q.partition = o.partition and d.id = q.delivery_id and d.day = q.day
        and d.attempt_count + d.unspent_attempts = held.attempts`.execute(this.em.fork().getKysely());
  }

  /** Makes due what was leased or held under these tasks' claims. Of what was leased only where nobody has taken the partition since. */
  async handBack(tasks: readonly DeliveryTask[], now: Date): Promise<void> {
    if (tasks.length === 0) return;
    await sql`
      with ${ownedOf(claimsOf(tasks))}
      update due_deliveries q set due_at = ${now}, held_epoch = null
      from unnest(${tasks.map(({ id }) => id)}::uuid[], ${tasks.map(({ claim }) => claim.epoch)}::bigint[])
        as back(delivery_id, epoch)
      where q.delivery_id = back.delivery_id
        and (q.partition in (select partition from owned) or q.held_epoch = back.epoch)`.execute(
      this.em.fork().getKysely(),
    );
  }

  /** The partitions stayed: what is on the wire there is leased like anything else. */
  async holdNoLonger(claims: readonly PartitionClaim[]): Promise<void> {
    if (claims.length === 0) return;
    await sql`
      with ${ownedOf(claims)}
      update due_deliveries q set held_epoch = null from owned o
      where q.partition = o.partition and q.held_epoch = o.epoch`.execute(this.em.fork().getKysely());
  }

  /** Whether some of these partitions' deliveries are on the wire elsewhere. */
  async areSomeHeld(partitions: readonly number[]): Promise<boolean> {
    const result = await sql`
      select from due_deliveries
      where partition = any(${partitions}::integer[]) and held_epoch is not null limit 1`.execute(
      this.em.fork().getKysely(),
    );
    return result.rows.length > 0;
  }
}
