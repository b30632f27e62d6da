import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { tables } from '../database/tables.ts';
import type { Place } from '../http/page.ts';
import { EnablingEntity } from './enabling.entity.ts';
import type { EnablingRow } from './enabling.entity.ts';
import type { Enabling, EnablingFailure, EnablingPlace } from './enabling.ts';
import { MAX_FAILURES_NAMED } from './enabling.ts';

/** The result of one step of a job. */
export interface EnablingStep {
  readonly enabled: number;
  readonly failures: readonly EnablingFailure[];
  /** Place of the last webhook that the step looked at. */
  readonly place: EnablingPlace | null;
  readonly isLast: boolean;
}

/** The jobs in the table `enablings`, within the transaction of `em` if it is in one. */
export class EnablingStore {
  constructor(private readonly em: EntityManager) {}

  async add({ place: _, failures, ...enabling }: Enabling): Promise<void> {
    const row = { ...enabling, failures: [...failures], placeDisabledAt: null, placeId: null };
    await this.em.insert(EnablingEntity, row);
  }

  async find(id: string): Promise<Enabling | undefined> {
    const row = await this.all().where('id', '=', id).executeTakeFirst();
    return row && enablingOf(row);
  }

  /**
   * Newest first.
   *
   * @param tenantId only jobs that were limited to this tenant. They need no index: an operator starts a handful of jobs in a year.
   */
  async list(tenantId: string | undefined, after: Place | undefined, limit: number): Promise<Enabling[]> {
    const all = tenantId === undefined ? this.all() : this.all().where('tenantId', '=', tenantId);
    const newest = all.orderBy('createdAt', 'desc').orderBy('id', 'desc').limit(limit);
    const page = after
      ? newest.where(
          sql<boolean>`(created_at, id) < (${after.createdAt.toISOString()}::timestamptz, ${after.id}::uuid)`,
        )
      : newest;
    return (await page.execute()).map(enablingOf);
  }

  /**
   * The running job whose last step is the longest ago, so that a job whose steps fail does not stop the others. A
   * job that another replica works on is skipped. The row is locked until the end of the transaction.
   */
  async takeRunning(): Promise<Enabling | undefined> {
    const next = this.all()
      .where(sql<boolean>`state = 'running'`)
      .orderBy('updatedAt')
      .orderBy('id')
      .limit(1);
    const row = await next.forUpdate().skipLocked().executeTakeFirst();
    return row && enablingOf(row);
  }

  /** Stores the result of a step, in the transaction of the step. */
  async note(enabling: Enabling, { enabled, failures, place, isLast }: EnablingStep, now: Date): Promise<void> {
    const known = place ?? enabling.place;
    await this.em.nativeUpdate(
      EnablingEntity,
      { id: enabling.id },
      {
        enabled: enabling.enabled + enabled,
        failed: enabling.failed + failures.length,
        failures: [...enabling.failures, ...failures].slice(0, MAX_FAILURES_NAMED),
        placeDisabledAt: known?.disabledAt ?? null,
        placeId: known?.id ?? null,
        state: isLast ? 'completed' : 'running',
        completedAt: isLast ? now : null,
        updatedAt: now,
      },
    );
  }

  /** Stores that a step failed and was rolled back, so that the other jobs come before the next try. */
  async noteFailed(id: string, now: Date): Promise<void> {
    await this.em.nativeUpdate(EnablingEntity, { id, state: 'running' }, { updatedAt: now });
  }

  /** A running job stops after the step that is under way. A job that has ended stays as it is. */
  async cancel(id: string, now: Date): Promise<void> {
    const ended = { state: 'cancelled', completedAt: now, updatedAt: now } as const;
    await this.em.nativeUpdate(EnablingEntity, { id, state: 'running' }, ended);
  }

  private all() {
    return tables(this.em).selectFrom('enablings').selectAll();
  }
}

const enablingOf = ({ placeDisabledAt, placeId, ...row }: EnablingRow): Enabling => ({
  ...row,
  place: placeDisabledAt && placeId ? { disabledAt: placeDisabledAt, id: placeId } : null,
});
