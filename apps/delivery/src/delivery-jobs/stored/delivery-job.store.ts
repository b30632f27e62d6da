import type { Clock } from '@signet/contracts';
import { sql } from 'kysely';
import type { Database, Transaction } from '../../database/database.port.ts';
import { JobTable } from '../../jobs/job-table.ts';
import type { JobPlace } from '../../jobs/job-place.ts';
import type { DeliveryJob, JobState } from '../delivery-job.ts';
import { toDeliveryJob } from './delivery-job.rows.ts';
import type { RawDeliveryJobRow } from './delivery-job.rows.ts';

/** The result of one step of a job. */
export interface JobStep {
  readonly done: number;
  readonly refused: number;
  /** The last delivery of the step. */
  readonly place: JobPlace;
}

export interface JobFilter {
  /** null: jobs of every tenant, for the operator. */
  readonly tenantId: string | null;
  readonly state?: JobState | undefined;
}

/** The jobs for many deliveries in PostgreSQL. */
export class DeliveryJobStore {
  private readonly jobs: JobTable<RawDeliveryJobRow>;

  constructor(database: Database, clock: Clock, replica: string) {
    this.jobs = new JobTable(database, clock, replica, 'delivery_jobs');
  }

  /**
   * Adds a job. Returns false when another job of its tenant is running.
   *
   * @param added called in the transaction that adds it
   */
  add(job: DeliveryJob, added: (transaction: Transaction) => Promise<void>): Promise<boolean> {
    const insertion = sql`
      insert into delivery_jobs (id, tenant_id, action, webhook_id, status, error_class, event_type, since, until, state,
        created_by, created_at, updated_at)
      values (${job.id}, ${job.tenantId}, ${job.action}, ${job.webhookId}, ${job.status}, ${job.errorClass},
        ${job.eventType}, ${job.since}, ${job.until}, ${job.state}, ${job.createdBy}, ${job.createdAt}, ${job.updatedAt})`;
    return this.jobs.add(insertion, added);
  }

  async find(id: string, tenantId: string | null): Promise<DeliveryJob | null> {
    const row = await this.jobs.find(id, tenantId);
    return row && toDeliveryJob(row);
  }

  /** Newest first. */
  async list({ tenantId, state }: JobFilter, after: JobPlace | null, limit: number): Promise<DeliveryJob[]> {
    const filters = state ? [sql`state = ${state}`] : [];
    return (await this.jobs.list(tenantId, filters, after, limit)).map(toDeliveryJob);
  }

  /** @see JobTable.cancel */
  cancel(id: string): Promise<void> {
    return this.jobs.cancel(id);
  }

  /** @see JobTable.lease */
  async lease(most: number): Promise<DeliveryJob[]> {
    return (await this.jobs.lease(sql`true`, most)).map(toDeliveryJob);
  }

  /** Stores the number of deliveries; null: it is not known. @see JobTable.change */
  saveTotal(id: string, total: number | null): Promise<boolean> {
    return this.jobs.change(id, sql`total = ${total}::integer`);
  }

  /** Stores a step, in the transaction of the step. @see JobTable.change */
  saveStep(transaction: Transaction, id: string, { done, refused, place }: JobStep): Promise<boolean> {
    const what = sql`done = done + ${done}, refused = refused + ${refused}, cursor = ${JSON.stringify(place)}::jsonb`;
    return this.jobs.change(id, what, transaction);
  }

  /** Ends a job that is complete. */
  async end(id: string): Promise<void> {
    await this.jobs.end(id, null);
  }

  /** @see JobTable.release */
  release(id: string): Promise<void> {
    return this.jobs.release(id);
  }
}
