import { sql } from 'kysely';
import type { Database } from '../../database/database.port.ts';
import { OF_PRESENT_OWNER } from '../../partitions/fence.ts';

/** Reads the faults of the platform that the partitions' owners have stored. */
export class PlatformFaultReader {
  constructor(private readonly database: Database) {}

  /** Partitions whose deliveries are held back, and at least until when, ISO instants. Mostly none: one small statement. */
  async heldPartitions(now: Date): Promise<Map<number, string>> {
    const { rows } = await sql<{ partition: number; heldUntil: string | Date }>`
      select f.partition, f.held_until as "heldUntil"
      from platform_faults f ${OF_PRESENT_OWNER}
      where f.held_until > ${now}`.execute(this.database.query);
    return new Map(rows.map(({ partition, heldUntil }) => [partition, new Date(heldUntil).toISOString()]));
  }
}
