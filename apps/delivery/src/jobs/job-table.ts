import { isUuid } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database, Queries, Transaction } from '../database/database.port.ts';
import type { JobPlace } from './job-place.ts';

/** A write of progress renews the lease, so a job that goes on keeps it; milliseconds. */
const LEASE_MS = 30_000;

/**
 * One kind of durable jobs in PostgreSQL. Its table has the columns `id`, `tenant_id`, `state`, `created_at`, `updated_at`,
 * `completed_at`, `leased_by` and `leased_until`.
 *
 * The replica that carries a job out holds a lease on it, and every write of progress renews the lease. A write succeeds only
 * while the job runs and the lease is this replica's: after a cancellation, or when another replica has taken the job over, it
 * changes nothing.
 */
export class JobTable<Row> {
  private readonly table: RawBuilder<unknown>;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    /** The name of this replica, the holder of leases. */
    private readonly replica: string,
    table: 'replays' | 'delivery_jobs',
  ) {
    this.table = sql.table(table);
  }

  /**
   * Adds a job. Returns false when another one is running that the table's unique index does not allow beside it.
   *
   * @param insertion the statement that inserts it
   * @param added called in the transaction that adds it
   */
  async add(insertion: RawBuilder<unknown>, added: (transaction: Transaction) => Promise<void>): Promise<boolean> {
    try {
      await this.database.transaction(async (transaction) => {
        await insertion.execute(transaction.query);
        await added(transaction);
      });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /** @param tenantId null: of any tenant */
  async find(id: string, tenantId: string | null): Promise<Row | null> {
    if (!isUuid(id)) return null;
    const { rows } = await sql<Row>`
      select * from ${this.table}
      where id = ${id}::uuid ${tenantId === null ? sql`` : sql`and tenant_id = ${tenantId}`}`.execute(
      this.database.query,
    );
    return rows[0] ?? null;
  }

  /** Newest first. */
  async list(
    tenantId: string | null,
    filters: readonly RawBuilder<unknown>[],
    after: JobPlace | null,
    limit: number,
  ): Promise<Row[]> {
    const where = [sql`true`, ...filters];
    if (tenantId !== null) where.push(sql`tenant_id = ${tenantId}`);
    if (after) where.push(sql`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`);
    const { rows } = await sql<Row>`
      select * from ${this.table} where ${sql.join(where, sql` and `)}
      order by created_at desc, id desc limit ${limit}`.execute(this.database.query);
    return rows;
  }

  /** Cancels the job if it is running; one that has ended stays as it is. */
  async cancel(id: string): Promise<void> {
    const now = this.clock();
    await sql`
      update ${this.table} set state = 'cancelled', completed_at = ${now}, updated_at = ${now}
      where id = ${id}::uuid and state = 'running'`.execute(this.database.query);
  }

  /** Leases running jobs that no replica carries out, the oldest first, `most` at most. @param which a condition */
  async lease(which: RawBuilder<unknown>, most: number): Promise<Row[]> {
    const now = this.clock();
    const { rows } = await sql<Row>`
      update ${this.table} set leased_by = ${this.replica}, leased_until = ${this.leaseEnd()}
      where id = any(array(
        select id from ${this.table}
        where state = 'running' and (leased_until is null or leased_until < ${now}) and ${which}
        order by created_at limit ${most} for update skip locked
      )) returning *`.execute(this.database.query);
    return rows;
  }

  /**
   * Changes columns of a job that this replica carries out. Returns false when the job was cancelled or another replica
   * carries it out now: then this replica must stop.
   */
  async change(id: string, what: RawBuilder<unknown>, { query }: Queries = this.database): Promise<boolean> {
    const { rows } = await sql`
      update ${this.table} set ${what}, updated_at = ${this.clock()}, leased_until = ${this.leaseEnd()}
      where id = ${id}::uuid and state = 'running' and leased_by = ${this.replica} returning id`.execute(query);
    return rows.length === 1;
  }

  /** Ends a job that this replica carries out. @param reason why it could not go on; null: it is complete */
  end(id: string, reason: string | null): Promise<boolean> {
    const state = reason === null ? 'completed' : 'failed';
    const why = reason === null ? sql`` : sql`, reason = ${reason}`;
    return this.change(id, sql`state = ${state}, completed_at = ${this.clock()}${why}`);
  }

  /** Renews the leases that this replica still holds on these jobs. */
  async renewAll(ids: readonly string[]): Promise<void> {
    await sql`
      update ${this.table} set leased_until = ${this.leaseEnd()}
      where id = any(${[...ids]}::uuid[]) and state = 'running' and leased_by = ${this.replica}`.execute(
      this.database.query,
    );
  }

  /** Ends the lease: another replica may go on with the job at once. */
  async release(id: string): Promise<void> {
    await sql`
      update ${this.table} set leased_by = null, leased_until = null
      where id = ${id}::uuid and leased_by = ${this.replica}`.execute(this.database.query);
  }

  private leaseEnd(): Date {
    return new Date(this.clock().getTime() + LEASE_MS);
  }
}

const PG_UNIQUE_VIOLATION = '23505';

/** A job was not added because another one runs already. */
export const isUniqueViolation = (error: unknown): boolean => (error as { code?: string }).code === PG_UNIQUE_VIOLATION;
