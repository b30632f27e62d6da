import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { POSITIONS_TABLE, RELAY_NAME } from '../relay/relay-name.ts';
import type { Place, StoredTables } from './generation.policy.ts';

const TABLE = 'registry.published_tables';

interface Row {
  readonly generation: string;
  readonly completed_generation: string | null;
  readonly beat: string;
  readonly server: string | null;
  readonly relay_position: string | null;
  readonly places: StoredTables['places'];
}

/** The generation that records are written with now; undefined before the first one. */
export async function presentGeneration(em: EntityManager): Promise<number | undefined> {
  const { rows } = await sql<{ generation: string }>`select generation from ${sql.raw(TABLE)}`.execute(em.getKysely());
  return rows[0] && Number(rows[0].generation);
}

/** Stores the state of the published tables in the database. */
export class StoredTablesStore {
  constructor(private readonly em: EntityManager) {}

  async read(): Promise<StoredTables | undefined> {
    const { rows } = await sql<Row>`select * from ${sql.raw(TABLE)}`.execute(this.em.getKysely());
    const [row] = rows;
    return (
      row && {
        generation: Number(row.generation),
        completed: row.completed_generation === null ? null : Number(row.completed_generation),
        heartbeat: Number(row.beat),
        server: row.server,
        relayPosition: row.relay_position,
        places: row.places,
      }
    );
  }

  /** Begins a generation: from now on, records belong to it. */
  async begin(generation: number): Promise<void> {
    await sql`insert into ${sql.raw(TABLE)} (generation) values (${generation})
      on conflict (is_only_row) do update set generation = excluded.generation, updated_at = now()`.execute(
      this.em.getKysely(),
    );
  }

  /**
   * Counts one more heartbeat. To be called before Kafka gets the heartbeat: the number on Kafka must never be ahead
   * of the one in the database.
   */
  async nextHeartbeat(): Promise<number> {
    const { rows } = await sql<{ beat: string }>`
      update ${sql.raw(TABLE)} set beat = beat + 1 returning beat`.execute(this.em.getKysely());
    return Number(rows[0]?.beat);
  }

  /** To be called when Kafka has the heartbeat of this generation. */
  async confirm(told: {
    generation: number;
    server: string;
    relayPosition: string;
    places: Readonly<Record<string, Place>>;
  }): Promise<void> {
    await sql`
      update ${sql.raw(TABLE)} set completed_generation = ${told.generation}, server = ${told.server},
        relay_position = ${told.relayPosition}, places = ${JSON.stringify(told.places)}::jsonb, updated_at = now()
      where generation = ${told.generation}`.execute(this.em.getKysely());
  }

  /** Stores the relay's last position. To be called when the relay has stopped. */
  async settle(): Promise<void> {
    const relayPosition = await this.relayPosition();
    await sql`update ${sql.raw(TABLE)} set relay_position = ${relayPosition}`.execute(this.em.getKysely());
  }

  async relayPosition(): Promise<string> {
    const { rows } = await sql<{ position: string }>`
      select tx || '/' || position as position from ${sql.raw(POSITIONS_TABLE)} where name = ${RELAY_NAME}`.execute(
      this.em.getKysely(),
    );
    return rows[0]?.position ?? '';
  }

  /**
   * Identity of this PostgreSQL: its cluster, the timeline of its WAL, which a recovery or a failover raises, and the
   * database. It cannot detect copied files that were put back: they have the same identity.
   */
  async server(): Promise<string> {
    const database = `(select oid from pg_database where datname = current_database())`;
    const whole = `(select system_identifier from pg_control_system()) || '/' ||
      substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '/' || ${database}`;
    try {
      return await this.text(whole);
    } catch (error) {
      // A user without the right to call these functions gets the database's id only. A restore is then detected by
      // the number of the heartbeats alone.
      if ((error as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw error;
      return this.text(`${database}::text`);
    }
  }

  private async text(expression: string): Promise<string> {
    const { rows } = await sql<{ text: string }>`select ${sql.raw(expression)} as text`.execute(this.em.getKysely());
    return rows[0]?.text ?? '';
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';
