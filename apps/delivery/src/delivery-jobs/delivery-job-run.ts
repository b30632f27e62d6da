import type { Clock } from '@signet/contracts';
import type { Database, Transaction } from '../database/database.port.ts';
import { deliveryDecider } from '../delivery/delivery.decider.ts';
import type { DeliveryCommand } from '../delivery/delivery.decider.ts';
import { projectDelivery } from '../delivery/storage/delivery.projection.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { appendByRequest, lockDeliveries, removeDeliveries } from '../delivery/storage/requested-changes.ts';
import type { RequestedAppend } from '../delivery/storage/requested-changes.ts';
import { insist, JobStopped } from '../jobs/job-stopped.ts';
import type { JobPlace } from '../jobs/job-place.ts';
import { keepPace, stepSize } from '../jobs/pace.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { DeliveryJob } from './delivery-job.ts';
import type { DeliveryJobStore } from './stored/delivery-job.store.ts';
import type { SelectedDeliveries, SelectedDelivery } from './stored/selected-deliveries.ts';

/** The total of a job with more deliveries than this is shown as this number. */
export const MOST_COUNTED = 1_000_000;

export interface DeliveryJobRunParts {
  readonly database: Database;
  readonly store: Pick<DeliveryJobStore, 'saveTotal' | 'saveStep' | 'end'>;
  readonly selected: SelectedDeliveries;
  /** The webhook, if it takes deliveries now. */
  readonly takingWebhook: (webhookId: string) => RoutedWebhook | undefined;
  readonly clock: Clock;
  /** How many deliveries are changed in a second. */
  readonly ratePerSecond: number;
  /** @see DeliveryJobSettings */
  readonly countMs: number;
}

const placeOf = ({ row: { createdAt, id } }: SelectedDelivery): JobPlace => ({ createdAt, id });

/**
 * Carries out one job, a step of some deliveries at a time. A step changes its deliveries and stores the place behind them in
 * one transaction, so that after a crash no delivery is changed twice and none is left out. It goes on from that place, which
 * only moves forward: a delivery that fails again is not met again.
 */
export class DeliveryJobRun {
  constructor(
    private readonly parts: DeliveryJobRunParts,
    private readonly job: DeliveryJob,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws when the job is not at its end and goes on later: an error of PostgreSQL, or the signal's reason */
  async toTheEnd(): Promise<void> {
    try {
      if (this.job.total === null) await this.count();
      await this.steps();
      await this.parts.store.end(this.job.id);
    } catch (error) {
      if (!(error instanceof JobStopped)) throw error;
    }
  }

  /** The total is only shown: a job whose deliveries cannot be counted in time is carried out without it. */
  private async count(): Promise<void> {
    const { store, selected, countMs } = this.parts;
    const total = await selected.countWithin(countMs, this.job, MOST_COUNTED);
    insist(await store.saveTotal(this.job.id, total));
  }

  private async steps(): Promise<void> {
    const { selected, ratePerSecond } = this.parts;
    for (let after = this.job.cursor; ;) {
      this.signal.throwIfAborted();
      const startedAt = performance.now();
      const page = await selected.page(this.job, after, stepSize(ratePerSecond));
      const last = page.at(-1);
      if (!last) return;
      if (!(await this.step(page))) for (const delivery of page) await this.step([delivery]);
      after = placeOf(last);
      await keepPace(page.length, ratePerSecond, performance.now() - startedAt, this.signal);
    }
  }

  /**
   * The recording of attempts changes many deliveries in one transaction, too, and in another order: if each waited for the other,
   * PostgreSQL would end one of them. So only a step of one delivery waits for it.
   *
   * @returns false when another transaction holds some of these deliveries; nothing was changed then
   */
  private async step(page: readonly SelectedDelivery[]): Promise<boolean> {
    const { database, store } = this.parts;
    return database.transaction(async (transaction) => {
      if (page.length > 1 && !(await lockDeliveries(transaction, page))) return false;
      const counts =
        this.job.action === 'retry'
          ? await this.retry(transaction, page)
          : { done: await removeDeliveries(transaction, page), refused: 0 };
      // Throws if the job was cancelled, or goes on elsewhere: then the step is undone.
      insist(await store.saveStep(transaction, this.job.id, { ...counts, place: placeOf(page.at(-1)!) }));
      return true;
    });
  }

  /**
   * As when a person asks for one retry, except that the deliveries are due like any other: they wait for their turn, and while
   * their circuit is open. A delivery that was changed a moment ago, as by a person, is left as it is.
   */
  private async retry(transaction: Transaction, page: readonly SelectedDelivery[]) {
    const at = this.parts.clock();
    const { id: jobId, createdBy: by } = this.job;
    const command: DeliveryCommand = { type: 'RetryDelivery', data: { by, at: at.toISOString(), jobId } };
    const appends = page.flatMap(({ row, version }): RequestedAppend[] => {
      const webhook = this.parts.takingWebhook(row.webhookId);
      if (!webhook) return [];
      const events = deliveryDecider.decide(command, row);
      const after = events.reduce((folded: DeliveryRow, event) => projectDelivery(row.id, folded, event), row);
      return [{ row: after, events, version: version + 1, webhookVersion: webhook.version }];
    });
    const changed = appends.length === 0 ? new Set() : await appendByRequest(transaction, appends, at);
    return { done: changed.size, refused: page.length - appends.length };
  }
}
