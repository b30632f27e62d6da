import { isUuid } from '@signet/contracts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database, Transaction } from '../../database/database.port.ts';
import type { Place, Replay, ReplayCursor, ReplayFailure } from '../replay.ts';
import { toReplay } from './replay.rows.ts';
import type { RawReplayRow } from './replay.rows.ts';

export interface ReplayFilter {
  /** null: replays of every tenant, for the operator. */
  readonly tenantId: string | null;
  readonly webhookId?: string | undefined;
  readonly state?: Replay['state'] | undefined;
}

const LEASE_MS = 30_000;
/**
 * Replays are carried out together if their beginnings, and their ends, differ by no more than this, milliseconds. With a
 * larger difference, short replays would wait for much longer ones.
 */
const NEAR_MS = 3_600_000;
const PG_UNIQUE_VIOLATION = '23505';

/** The replays in PostgreSQL. The replica that carries one out holds a lease on it; every write of progress renews the lease. */
export class ReplayStore {
  constructor(
    private readonly database: Database,
    private readonly clock: () => Date,
    /** The name of this replica, the holder of leases. */
    private readonly replica: string,
  ) {}

  /**
   * Adds a replay. Returns false when another replay of the webhook is running.
   *
   * @param added called in the transaction that adds it
   */
  async add(replay: Replay, added: (transaction: Transaction) => Promise<void>): Promise<boolean> {
    try {
      await this.database.transaction(async (transaction) => {
        await insertion(replay, sql`${replay.since}`).execute(transaction.query);
        await added(transaction);
      });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /**
   * Adds a replay that enabling its webhook has started, once: a row with its id, in any state, is not changed.
   *
   * If the webhook was disabled again before its last replay of missed messages had ended, the new replay begins where that
   * one began: otherwise the rest of that one would never be replayed.
   *
   * @returns `busy` when another replay of the webhook is running
   */
  async addOnce(replay: Replay): Promise<'added' | 'known' | 'busy'> {
    const since = sql`least(${replay.since}::timestamptz, (
      select since from (
        select since, state, reason from replays
        where webhook_id = ${replay.webhookId}::uuid and status = 'missed'
        order by created_at desc, id desc limit 1
      ) last where state = 'failed' and reason = 'webhook_disabled'
    ))`;
    try {
      const { rows } = await sql`
        ${insertion(replay, since)} on conflict (id) do nothing returning id`.execute(this.database.query);
      return rows.length === 1 ? 'added' : 'known';
    } catch (error) {
      if (isUniqueViolation(error)) return 'busy';
      throw error;
    }
  }

  async find(id: string, tenantId: string | null): Promise<Replay | null> {
    if (!isUuid(id)) return null;
    const { rows } = await sql<RawReplayRow>`
      select * from replays
      where id = ${id}::uuid ${tenantId === null ? sql`` : sql`and tenant_id = ${tenantId}`}`.execute(
      this.database.query,
    );
    return rows[0] ? toReplay(rows[0]) : null;
  }

  /** Newest first. */
  async list({ tenantId, webhookId, state }: ReplayFilter, after: Place | null, limit: number): Promise<Replay[]> {
    const where = [sql`true`];
    if (tenantId !== null) where.push(sql`tenant_id = ${tenantId}`);
    if (webhookId) where.push(sql`webhook_id = ${webhookId}::uuid`);
    if (state) where.push(sql`state = ${state}`);
    if (after) where.push(sql`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`);
    const { rows } = await sql<RawReplayRow>`
      select * from replays where ${sql.join(where, sql` and `)}
      order by created_at desc, id desc limit ${limit}`.execute(this.database.query);
    return rows.map(toReplay);
  }

  /** Cancels the replay if it is running; one that has ended stays as it is. */
  async cancel(id: string): Promise<void> {
    const now = this.clock();
    await sql`
      update replays set state = 'cancelled', completed_at = ${now}, updated_at = ${now}
      where id = ${id}::uuid and state = 'running'`.execute(this.database.query);
  }

  /**
   * Leases a running replay that no replica carries out and whose time range is over, together with other replays of missed
   * messages of about the same time; empty if there is none. The range of a replay that enabling started ends a few seconds
   * after the enabling, see `requested-replay.policy.ts`.
   *
   * @param most how many to lease at most
   */
  async lease(most: number): Promise<Replay[]> {
    const now = this.clock();
    const lease = sql`set leased_by = ${this.replica}, leased_until = ${this.leaseEnd()}`;
    const free = sql`state = 'running' and until <= ${now} and (leased_until is null or leased_until < ${now})`;
    const { rows } = await sql<RawReplayRow>`
      update replays ${lease}
      where id = (select id from replays where ${free} order by created_at limit 1 for update skip locked)
      returning *`.execute(this.database.query);
    const [first] = rows.map(toReplay);
    if (first === undefined || first.status !== 'missed' || most === 1) return first ? [first] : [];
    const near = (column: 'since' | 'until') => sql`${sql.ref(column)} between
      ${new Date(first[column].getTime() - NEAR_MS)} and ${new Date(first[column].getTime() + NEAR_MS)}`;
    const others = await sql<RawReplayRow>`
      update replays ${lease}
      where id in (
        select id from replays where ${free} and status = 'missed' and ${near('since')} and ${near('until')}
        order by created_at limit ${most - 1} for update skip locked
      ) returning *`.execute(this.database.query);
    return [first, ...others.rows.map(toReplay)];
  }

  /**
   * Stores the number of messages. Returns false when the replay was cancelled or another replica carries it out now: then
   * this replica must stop.
   */
  saveTotal(id: string, total: number): Promise<boolean> {
    return this.change(id, sql`total = ${total}`);
  }

  /**
   * @param requested number of deliveries since the last call
   * @see saveTotal
   */
  saveProgress(id: string, requested: number, cursor?: ReplayCursor): Promise<boolean> {
    const place = cursor ? sql`, cursor = ${JSON.stringify(cursor)}::jsonb` : sql``;
    return this.change(id, sql`requested = requested + ${requested}${place}`);
  }

  /** @see saveTotal */
  renew(id: string): Promise<boolean> {
    return this.change(id, sql`leased_by = leased_by`);
  }

  /** Renews the leases that this replica still holds on these replays. */
  async renewAll(ids: readonly string[]): Promise<void> {
    await sql`
      update replays set leased_until = ${this.leaseEnd()}
      where id = any(${[...ids]}::uuid[]) and state = 'running' and leased_by = ${this.replica}`.execute(
      this.database.query,
    );
  }

  /** Ends a running replay; with a reason if it could not go on. */
  async end(id: string, reason: ReplayFailure | null = null): Promise<void> {
    const state = reason === null ? 'completed' : 'failed';
    await this.change(id, sql`state = ${state}, reason = ${reason}, completed_at = ${this.clock()}`);
  }

  /** Ends the lease: another replica may go on with the replay at once. */
  async release(id: string): Promise<void> {
    await sql`
      update replays set leased_by = null, leased_until = null
      where id = ${id}::uuid and leased_by = ${this.replica}`.execute(this.database.query);
  }

  private async change(id: string, what: ReturnType<typeof sql>): Promise<boolean> {
    const { rows } = await sql`
      update replays set ${what}, updated_at = ${this.clock()}, leased_until = ${this.leaseEnd()}
      where id = ${id}::uuid and state = 'running' and leased_by = ${this.replica} returning id`.execute(
      this.database.query,
    );
    return rows.length === 1;
  }

  private leaseEnd(): Date {
    return new Date(this.clock().getTime() + LEASE_MS);
  }
}

function insertion(replay: Replay, since: RawBuilder<unknown>): RawBuilder<unknown> {
  const { id, tenantId, webhookId, until, status, state, webhookVersion, createdBy, createdAt, updatedAt } = replay;
  return sql`
    insert into replays
      (id, tenant_id, webhook_id, since, until, status, state, webhook_version, created_by, created_at, updated_at)
    values (${id}, ${tenantId}, ${webhookId}, ${since}, ${until}, ${status}, ${state}, ${webhookVersion},
      ${createdBy}, ${createdAt}, ${updatedAt})`;
}

const isUniqueViolation = (error: unknown): boolean => (error as { code?: string }).code === PG_UNIQUE_VIOLATION;
