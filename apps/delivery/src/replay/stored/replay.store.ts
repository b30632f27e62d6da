import type { EntityManager } from '@mikro-orm/postgresql';
import { isUuid } from '@signet/contracts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Place, Replay, ReplayCursor, ReplayFailure } from '../replay.ts';

export interface ReplayFilter {
  /** null: every tenant's, for the operator. */
  readonly tenantId: string | null;
  readonly webhookId?: string | undefined;
  readonly state?: Replay['state'] | undefined;
}

const LEASE_MS = 30_000;
/**
 * Replays whose beginnings, and whose ends, lie no further apart are carried out together, milliseconds. Of a longer time the
 * one that has the least to read would wait for the one that has the most.
 */
const NEAR_MS = 3_600_000;
const PG_UNIQUE_VIOLATION = '23505';

/** The replays as PostgreSQL keeps them. Whoever carries one out holds a lease on it; every write of progress renews it. */
export class ReplayStore {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: () => Date,
    /** Who carries replays out here. */
    private readonly replica: string,
  ) {}

  /**
   * False when another replay of the webhook is running.
   *
   * @param added called in the transaction that adds it
   */
  async add(replay: Replay, added: (em: EntityManager) => Promise<void>): Promise<boolean> {
    try {
      await this.em.fork().transactional(async (em) => {
        await insertion(replay, sql`${replay.since}`).execute(em.getKysely());
        await added(em);
      });
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /**
   * Adds a replay that was asked for by enabling its webhook, once: a row with its id, in whatever state, is left alone.
   *
   * Where the webhook was disabled again before its last replay of missed messages was through, this one begins where
   * that one began: otherwise nobody would replay what was left of it.
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
        ${insertion(replay, since)} on conflict (id) do nothing returning id`.execute(this.database());
      return rows.length === 1 ? 'added' : 'known';
    } catch (error) {
      if (isUniqueViolation(error)) return 'busy';
      throw error;
    }
  }

  async find(id: string, tenantId: string | null): Promise<Replay | null> {
    if (!isUuid(id)) return null;
    const { rows } = await sql<ReplayRow>`
      select * from replays
      where id = ${id}::uuid ${tenantId === null ? sql`` : sql`and tenant_id = ${tenantId}`}`.execute(this.database());
    return rows[0] ? toReplay(rows[0]) : null;
  }

  /** Newest first. */
  async list({ tenantId, webhookId, state }: ReplayFilter, after: Place | null, limit: number): Promise<Replay[]> {
    const where = [sql`true`];
    if (tenantId !== null) where.push(sql`tenant_id = ${tenantId}`);
    if (webhookId) where.push(sql`webhook_id = ${webhookId}::uuid`);
    if (state) where.push(sql`state = ${state}`);
    if (after) where.push(sql`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`);
    const { rows } = await sql<ReplayRow>`
      select * from replays where ${sql.join(where, sql` and `)}
      order by created_at desc, id desc limit ${limit}`.execute(this.database());
    return rows.map(toReplay);
  }

  /** A running one goes no further; one that has ended stays as it is. */
  async cancel(id: string): Promise<void> {
    const now = this.clock();
    await sql`
      update replays set state = 'cancelled', completed_at = ${now}, updated_at = ${now}
      where id = ${id}::uuid and state = 'running'`.execute(this.database());
  }

  /**
   * A running replay that nobody carries out and whose time range is over, for this replica, together with others of missed
   * messages of about the same time; none where there is none. One that was asked for by enabling ends a few seconds after
   * that, see `requested-replay.policy.ts`.
   *
   * @param most so many together
   */
  async lease(most: number): Promise<Replay[]> {
    const now = this.clock();
    const lease = sql`set leased_by = ${this.replica}, leased_until = ${this.leaseEnd()}`;
    const free = sql`state = 'running' and until <= ${now} and (leased_until is null or leased_until < ${now})`;
    const { rows } = await sql<ReplayRow>`
      update replays ${lease}
      where id = (select id from replays where ${free} order by created_at limit 1 for update skip locked)
      returning *`.execute(this.database());
    const [first] = rows.map(toReplay);
    if (first === undefined || first.status !== 'missed' || most === 1) return first ? [first] : [];
    const near = (column: 'since' | 'until') => sql`${sql.ref(column)} between
      ${new Date(first[column].getTime() - NEAR_MS)} and ${new Date(first[column].getTime() + NEAR_MS)}`;
    const others = await sql<ReplayRow>`
      update replays ${lease}
      where id in (
        select id from replays where ${free} and status = 'missed' and ${near('since')} and ${near('until')}
        order by created_at limit ${most - 1} for update skip locked
      ) returning *`.execute(this.database());
    return [first, ...others.rows.map(toReplay)];
  }

  /** False when it was cancelled, or somebody else carries it out now: then nothing more may be done about it here. */
  saveTotal(id: string, total: number): Promise<boolean> {
    return this.change(id, sql`total = ${total}`);
  }

  /**
   * @param requested deliveries since the last time
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

  /** Of those of them that run on here. */
  async renewAll(ids: readonly string[]): Promise<void> {
    await sql`
      update replays set leased_until = ${this.leaseEnd()}
      where id = any(${[...ids]}::uuid[]) and state = 'running' and leased_by = ${this.replica}`.execute(
      this.database(),
    );
  }

  /** It ended by itself; with a reason, because it could not go on. */
  async end(id: string, reason: ReplayFailure | null = null): Promise<void> {
    const state = reason === null ? 'completed' : 'failed';
    await this.change(id, sql`state = ${state}, reason = ${reason}, completed_at = ${this.clock()}`);
  }

  /** Somebody may go on with it at once. */
  async release(id: string): Promise<void> {
    await sql`
      update replays set leased_by = null, leased_until = null
      where id = ${id}::uuid and leased_by = ${this.replica}`.execute(this.database());
  }

  private async change(id: string, what: ReturnType<typeof sql>): Promise<boolean> {
    const { rows } = await sql`
      update replays set ${what}, updated_at = ${this.clock()}, leased_until = ${this.leaseEnd()}
      where id = ${id}::uuid and state = 'running' and leased_by = ${this.replica} returning id`.execute(
      this.database(),
    );
    return rows.length === 1;
  }

  private leaseEnd(): Date {
    return new Date(this.clock().getTime() + LEASE_MS);
  }

  private database() {
    return this.em.fork().getKysely();
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

type Timestamp = string | Date;

interface ReplayRow {
  id: string;
  tenant_id: string;
  webhook_id: string;
  since: Timestamp;
  until: Timestamp;
  status: Replay['status'];
  state: Replay['state'];
  total: number | null;
  requested: number;
  cursor: ReplayCursor | string | null;
  webhook_version: number | null;
  reason: ReplayFailure | null;
  created_by: string;
  created_at: Timestamp;
  updated_at: Timestamp;
  completed_at: Timestamp | null;
}

const toReplay = (row: ReplayRow): Replay => ({
  id: row.id,
  tenantId: row.tenant_id,
  webhookId: row.webhook_id,
  since: new Date(row.since),
  until: new Date(row.until),
  status: row.status,
  state: row.state,
  total: row.total,
  requested: row.requested,
  cursor: typeof row.cursor === 'string' ? (JSON.parse(row.cursor) as ReplayCursor) : row.cursor,
  webhookVersion: row.webhook_version,
  reason: row.reason,
  createdBy: row.created_by,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
  completedAt: row.completed_at === null ? null : new Date(row.completed_at),
});
