import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database, Transaction } from '../../database/database.port.ts';
import { isUniqueViolation, JobTable } from '../../jobs/job-table.ts';
import type { Place, Replay, ReplayCursor, ReplayFailure } from '../replay.ts';
import { toReplay } from './replay.rows.ts';
import type { RawReplayRow } from './replay.rows.ts';

export interface ReplayFilter {
  /** null: replays of every tenant, for the operator. */
  readonly tenantId: string | null;
  readonly webhookId?: string | undefined;
  readonly state?: Replay['state'] | undefined;
}

/**
 * Replays are carried out together if their beginnings, and their ends, differ by no more than this, milliseconds. With a
 * larger difference, short replays would wait for much longer ones.
 */
const NEAR_MS = 3_600_000;

/** The replays in PostgreSQL. */
export class ReplayStore {
  private readonly jobs: JobTable<RawReplayRow>;

  constructor(
    private readonly database: Database,
    private readonly clock: () => Date,
    /** The name of this replica, the holder of leases. */
    replica: string,
  ) {
    this.jobs = new JobTable(database, clock, replica, 'replays');
  }

  /**
   * Adds a replay. Returns false when another replay of the webhook is running.
   *
   * @param added called in the transaction that adds it
   */
  add(replay: Replay, added: (transaction: Transaction) => Promise<void>): Promise<boolean> {
    return this.jobs.add(insertion(replay, sql`${replay.since}`), added);
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
    const row = await this.jobs.find(id, tenantId);
    return row && toReplay(row);
  }

  /** Newest first. */
  async list({ tenantId, webhookId, state }: ReplayFilter, after: Place | null, limit: number): Promise<Replay[]> {
    const filters = [
      ...(webhookId ? [sql`webhook_id = ${webhookId}::uuid`] : []),
      ...(state ? [sql`state = ${state}`] : []),
    ];
    return (await this.jobs.list(tenantId, filters, after, limit)).map(toReplay);
  }

  /** @see JobTable.cancel */
  cancel(id: string): Promise<void> {
    return this.jobs.cancel(id);
  }

  /**
   * Leases a running replay that no replica carries out and whose time range is over, together with other replays of missed
   * messages of about the same time; empty if there is none. The range of a replay that enabling started ends a few seconds
   * after the enabling, see `requested-replay.policy.ts`.
   *
   * @param most how many to lease at most
   */
  async lease(most: number): Promise<Replay[]> {
    const isOver = sql`until <= ${this.clock()}`;
    const [first] = (await this.jobs.lease(isOver, 1)).map(toReplay);
    if (first === undefined || first.status !== 'missed' || most === 1) return first ? [first] : [];
    const near = (column: 'since' | 'until') => sql`${sql.ref(column)} between
      ${new Date(first[column].getTime() - NEAR_MS)} and ${new Date(first[column].getTime() + NEAR_MS)}`;
    const isNear = sql`${isOver} and status = 'missed' and ${near('since')} and ${near('until')}`;
    return [first, ...(await this.jobs.lease(isNear, most - 1)).map(toReplay)];
  }

  /** Stores the number of messages. @see JobTable.change */
  saveTotal(id: string, total: number): Promise<boolean> {
    return this.jobs.change(id, sql`total = ${total}`);
  }

  /**
   * @param requested number of deliveries since the last call
   * @see JobTable.change
   */
  saveProgress(id: string, requested: number, cursor?: ReplayCursor): Promise<boolean> {
    const place = cursor ? sql`, cursor = ${JSON.stringify(cursor)}::jsonb` : sql``;
    return this.jobs.change(id, sql`requested = requested + ${requested}${place}`);
  }

  /** @see JobTable.change */
  renew(id: string): Promise<boolean> {
    return this.jobs.change(id, sql`leased_by = leased_by`);
  }

  /** @see JobTable.renewAll */
  renewAll(ids: readonly string[]): Promise<void> {
    return this.jobs.renewAll(ids);
  }

  /** Ends a running replay; with a reason if it could not go on. */
  async end(id: string, reason: ReplayFailure | null = null): Promise<void> {
    await this.jobs.end(id, reason);
  }

  /** @see JobTable.release */
  release(id: string): Promise<void> {
    return this.jobs.release(id);
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
