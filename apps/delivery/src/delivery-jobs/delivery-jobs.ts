import { Semaphore } from '@signet/async';
import { newId } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { problem } from '@signet/service-kit';
import type { Caller } from '@signet/service-kit';
import type { Transaction } from '../database/database.port.ts';
import type { JobPlace } from '../jobs/job-place.ts';
import type { DeliveryJob, DeliverySelection, JobAction } from './delivery-job.ts';
import type { DeliveryJobStore, JobFilter } from './stored/delivery-job.store.ts';
import type { SelectedDeliveries } from './stored/selected-deliveries.ts';

export const JOB_NOT_FOUND = { job_not_found: 'There is no such job.' };
export const JOB_ENDED = { job_ended: 'The job has already ended, so it cannot be cancelled.' };
export const NOT_NOW = {
  job_running: 'Another job for deliveries of this tenant is running; wait for its end, or cancel it.',
};

/** A preview stops counting here: PostgreSQL counts so many within a second. */
const MOST_PREVIEWED = 100_000;
/** How many previews are counted at once: like lists, they must not take the connections that dispatch needs. */
const PREVIEWS_AT_ONCE = 2;

export interface DeliveryJobsParts {
  readonly store: DeliveryJobStore;
  readonly selected: SelectedDeliveries;
  readonly clock: Clock;
  /** Called in the transaction that adds a job: an Idempotency-Key is stored with it. */
  readonly adding: (transaction: Transaction) => Promise<void>;
  /** Called when a new job waits to be carried out. */
  readonly onAdded: () => void;
}

export interface WantedJob extends Omit<DeliverySelection, 'tenantId' | 'until'> {
  readonly action: JobAction;
  /** null: a tenant's own; an operator's of every tenant. */
  readonly tenantId: string | null;
  /** null: up to the present. */
  readonly until: Date | null;
}

export interface JobPreview extends DeliverySelection {
  readonly action: JobAction;
  readonly count: number;
  readonly isExact: boolean;
}

/** Commands and queries for jobs that people send through the API. */
export class DeliveryJobs {
  private readonly previews = new Semaphore(PREVIEWS_AT_ONCE);

  constructor(private readonly parts: DeliveryJobsParts) {}

  /** How many deliveries the job would be for. */
  async preview(wanted: WantedJob, caller: Caller): Promise<JobPreview> {
    const selection = this.selectionOf(wanted, caller);
    const count = await this.previews.run(() => this.parts.selected.count(selection, MOST_PREVIEWED + 1));
    const isExact = count <= MOST_PREVIEWED;
    return { ...selection, action: wanted.action, count: isExact ? count : MOST_PREVIEWED, isExact };
  }

  async create(wanted: WantedJob, caller: Caller): Promise<DeliveryJob> {
    const { store, clock, adding, onAdded } = this.parts;
    const now = clock();
    const job: DeliveryJob = {
      ...this.selectionOf(wanted, caller),
      id: newId(),
      action: wanted.action,
      state: 'running',
      total: null,
      done: 0,
      refused: 0,
      cursor: null,
      createdBy: caller.keyId,
      createdAt: now,
      updatedAt: now,
      completedAt: null,
    };
    if (!(await store.add(job, adding))) throw problem(409, 'job_running', NOT_NOW.job_running);
    onAdded();
    return job;
  }

  /** A job of another tenant is answered like one that does not exist. */
  async find(id: string, { tenantId }: Caller): Promise<DeliveryJob> {
    const job = await this.parts.store.find(id, tenantId);
    if (!job) throw problem(404, 'job_not_found', JOB_NOT_FOUND.job_not_found);
    return job;
  }

  list(filter: JobFilter, after: JobPlace | null, limit: number): Promise<DeliveryJob[]> {
    return this.parts.store.list(filter, after, limit);
  }

  async cancel(id: string, caller: Caller): Promise<void> {
    await this.find(id, caller);
    await this.parts.store.cancel(id);
    // The job may have ended by itself in between. Cancelling a cancelled job again is allowed.
    const { state } = await this.find(id, caller);
    if (state !== 'cancelled') throw problem(409, 'job_ended', JOB_ENDED.job_ended);
  }

  /** The range ends at the request at the latest, so that a job has an end. */
  private selectionOf({ action: _, ...wanted }: WantedJob, { tenantId: own }: Caller): DeliverySelection {
    const now = this.parts.clock();
    const { tenantId, since } = wanted;
    if (own !== null && tenantId !== null && tenantId !== own)
      throw invalid('tenantId', 'other_tenant', 'This key belongs to another tenant.');
    const until = wanted.until && wanted.until < now ? wanted.until : now;
    if (since >= until) throw invalid('since', 'since_in_the_future', 'It must lie in the past.');
    return { ...wanted, tenantId: own ?? tenantId, until };
  }
}

const invalid = (field: string, rule: string, detail: string): Error =>
  problem(422, 'invalid_body', 'The body breaks a rule; see errors.', { errors: [{ field, rule, detail }] });
