import { sql } from 'kysely';
import type { Database } from '../database/database.port.ts';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import { insertProjection } from '../delivery/storage/delivery.log.ts';
import { projectDelivery } from '../delivery/storage/delivery.projection.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';

const PAGE = 1_000;
const PG_DEADLOCK = '40P01';

interface LoggedDelivery {
  delivery_id: string;
  version: number;
  log: DeliveryEvent[][];
}

/**
 * Drops the deliveries table's rows and the work queue, and makes both anew from the log, in one transaction that keeps
 * writers out. Leased and parked deliveries become due at the time that their last event says, or at once.
 *
 * @returns how many deliveries were made
 */
export async function rebuildDeliveries(database: Database): Promise<number> {
  for (;;) {
    try {
      return await rebuild(database);
    } catch (error) {
      // Statements lock these tables in different orders: of two that wait for each other, PostgreSQL ends one.
      if ((error as { code?: string }).code !== PG_DEADLOCK) throw error;
    }
  }
}

async function rebuild(database: Database): Promise<number> {
  return database.transaction(async (transaction) => {
    const { query } = transaction;
    // The same lock that `truncate` takes. A weaker lock would still admit statements that read now and lock rows later, and
    // the rebuild and they would wait for each other.
    await sql`lock table delivery_log, deliveries, due_deliveries in access exclusive mode`.execute(query);
    await sql`truncate deliveries, due_deliveries`.execute(query);
    let after = '00000000-0000-0000-0000-000000000000';
    let count = 0;
    for (;;) {
      const page = await sql<LoggedDelivery>`
        select l.delivery_id, max(l.version)::int as version, json_agg(l.events order by l.version) as log
        from delivery_log l
        where l.delivery_id in (
          select distinct delivery_id from delivery_log where delivery_id > ${after}::uuid order by 1 limit ${PAGE}
        )
        group by l.delivery_id order by l.delivery_id`.execute(query);
      if (page.rows.length === 0) break;
      await insertProjection(
        transaction,
        page.rows.map((logged) => projected(logged)),
      );
      count += page.rows.length;
      after = page.rows.at(-1)!.delivery_id;
    }
    // The range only grows: running replicas rely on what they have noted.
    await sql`
      insert into delivery_days
      select day, min(created_at), max(created_at) + interval '1 hour' from deliveries group by day
      on conflict (day) do update set created_from = least(delivery_days.created_from, excluded.created_from),
        created_until = greatest(delivery_days.created_until, excluded.created_until)`.execute(query);
    return count;
  });
}

function projected({ delivery_id, log, version }: LoggedDelivery) {
  const events = (typeof log === 'string' ? (JSON.parse(log) as DeliveryEvent[][]) : log).flat();
  const row = events.reduce<DeliveryRow | null>((folded, event) => projectDelivery(delivery_id, folded, event), null);
  if (row === null) throw new Error(`The log of delivery ${delivery_id} is empty.`);
  const [first] = events;
  const { orderedAt, subject } = first?.type === 'DeliveryRequested' ? first.data : {};
  const order = orderedAt !== undefined && subject !== undefined ? { subject, offset: BigInt(orderedAt) } : null;
  return { row, version, order };
}
