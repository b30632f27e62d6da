import type { Clock } from '@signet/contracts';
import type { Logger, TenantDirectory } from '@signet/service-kit';
import type { Database, Transaction } from '../database/database.port.ts';
import { JobRunner } from '../jobs/job.runner.ts';
import { reasonToEnd } from '../webhook-directory/reason-to-end.ts';
import type { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import { DeliveryJobRun } from './delivery-job-run.ts';
import type { DeliveryJob } from './delivery-job.ts';
import { DeliveryJobs } from './delivery-jobs.ts';
import { DeliveryJobStore } from './stored/delivery-job.store.ts';
import { SelectedDeliveries } from './stored/selected-deliveries.ts';

export interface DeliveryJobDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly webhooks: Pick<WebhookDirectoryReader, 'directory' | 'whenComplete'>;
  readonly tenants: Pick<TenantDirectory, 'isSuspended' | 'whenComplete'>;
  readonly logger: Logger;
  /** @see DeliveryJobsParts */
  readonly adding: (transaction: Transaction) => Promise<void>;
}

export interface DeliveryJobSettings {
  /** The unique name of this replica. */
  readonly replica: string;
  readonly ratePerSecond: number;
  /** How long the deliveries of a job are counted at most, milliseconds. Shorter than the lease on a job, which counting does not renew. */
  readonly countMs: number;
  readonly pollMs: number;
  /** @see JobRunnerParts */
  readonly maxAtOnce: number;
}

/** Connects the commands for jobs with the parts that carry jobs out. */
export class DeliveryJobService {
  readonly jobs: DeliveryJobs;
  readonly runner: JobRunner<DeliveryJob>;

  constructor(on: DeliveryJobDependencies, settings: DeliveryJobSettings) {
    const { database, clock, tenants, webhooks, logger } = on;
    const { directory } = webhooks;
    const { ratePerSecond, countMs } = settings;
    const store = new DeliveryJobStore(database, clock, settings.replica);
    const selected = new SelectedDeliveries(database);
    const takingWebhook = (id: string) =>
      reasonToEnd(id, directory, tenants) === null ? directory.get(id) : undefined;
    const parts = { database, store, selected, takingWebhook, clock, ratePerSecond, countMs };
    this.runner = new JobRunner<DeliveryJob>({
      name: 'a job for deliveries',
      store,
      run: async (jobs, signal, onInterrupted) => {
        const carryOut = (job: DeliveryJob): Promise<void> =>
          new DeliveryJobRun(parts, job, signal).toTheEnd().catch((error: unknown) => onInterrupted({ job, error }));
        await Promise.all(jobs.map(carryOut));
      },
      about: ({ id: jobId, action, tenantId, webhookId, status, done }) => ({
        jobId,
        action,
        tenantId,
        webhookId,
        status,
        done,
      }),
      whenReady: async () => {
        await Promise.all([webhooks.whenComplete(), tenants.whenComplete()]);
      },
      logger,
      pollMs: settings.pollMs,
      maxAtOnce: settings.maxAtOnce,
      maxTogether: 1,
    });
    this.jobs = new DeliveryJobs({
      store,
      selected,
      clock,
      adding: on.adding,
      onAdded: () => this.runner.wake(),
    });
  }

  start(): void {
    this.runner.start();
  }

  stop(): Promise<void> {
    return this.runner.stop();
  }
}
