import { pause } from '@signet/async';
import type { AbandonReason } from '@signet/contracts';
import type { Worker } from '../dispatch/worker.ts';
import type { DueDeliveries } from './due-deliveries.ts';
import type { Leases } from './leases.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';

const NIL = '00000000-0000-0000-0000-000000000000';

export interface AbandonStoredParts {
  readonly due: Pick<DueDeliveries, 'webhooksOf'>;
  readonly leases: Pick<Leases, 'leaseOfWebhook' | 'giveBack'>;
  readonly worker: Pick<Worker, 'endLeased'>;
  /** Claims of the partitions that this replica may serve now. */
  readonly claims: () => PartitionClaim[];
  /** Why the webhook takes no deliveries now; null: it takes them. */
  readonly reasonToEnd: (webhookId: string) => AbandonReason | null;
  readonly onError: (error: unknown) => void;
  /** Deliveries that end together. */
  readonly batchSize: number;
  /**
   * A webhook is checked again after this time if some of its deliveries were still in memory, or PostgreSQL failed;
   * milliseconds.
   */
  readonly againMs: number;
}

/**
 * Ends the stored deliveries of webhooks that take no deliveries any more (deleted, disabled, tenant suspended). Without it such a
 * delivery would end only when its next attempt is due, which may be hours away. It works through one webhook after the other, a
 * batch at a time, so that a webhook with a long backlog delays no deliveries of others. Each write is guarded by the owner's epoch.
 */
export class AbandonStored {
  private readonly wanted = new Set<string>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly parts: AbandonStoredParts) {}

  /** These webhooks may take no deliveries any more: they are checked soon. */
  consider(webhookIds: Iterable<string>): void {
    for (const id of webhookIds) this.wanted.add(id);
    if (this.wanted.size > 0 && !this.stopping.signal.aborted) this.running ??= this.run();
  }

  /** Checks the webhooks with stored deliveries in these partitions: their earlier owner may have missed a change. */
  async sweep(partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return;
    const webhooks = await this.parts.due.webhooksOf(partitions);
    this.consider(webhooks.filter((id) => this.parts.reasonToEnd(id) !== null));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (this.wanted.size > 0 && !signal.aborted) {
      const again: string[] = [];
      for (const webhookId of this.wanted) {
        if (signal.aborted) break;
        this.wanted.delete(webhookId);
        if (!(await this.endAllOf(webhookId))) again.push(webhookId);
      }
      if (again.length === 0) continue;
      await pause(this.parts.againMs, signal);
      for (const webhookId of again) this.wanted.add(webhookId);
    }
    this.running = undefined;
  }

  /** True when no delivery of the webhook is left to be ended. */
  private async endAllOf(webhookId: string): Promise<boolean> {
    try {
      let isDone = true;
      let after = NIL;
      while (!this.stopping.signal.aborted && this.parts.reasonToEnd(webhookId) !== null) {
        const last = await this.endSome(webhookId, after);
        isDone &&= last.isDone;
        if (last.id === null) return isDone;
        after = last.id;
      }
      return true;
    } catch (error) {
      this.parts.onError(error);
      return false;
    }
  }

  /** Ends one batch. `id` is that of its last delivery, null when there are no more behind it. */
  private async endSome(webhookId: string, after: string): Promise<{ id: string | null; isDone: boolean }> {
    const { leases, worker, batchSize } = this.parts;
    const claims = this.parts.claims();
    if (claims.length === 0) return { id: null, isDone: true };
    const { tasks } = await leases.leaseOfWebhook(claims, webhookId, after, batchSize);
    // Checked again after the lease: if the webhook was enabled meanwhile, its deliveries go on, each at its own time.
    const reason = this.parts.reasonToEnd(webhookId);
    if (reason === null) {
      await leases.giveBack(tasks);
      return { id: null, isDone: true };
    }
    const ended = await Promise.all(tasks.map((task) => worker.endLeased(task, reason)));
    const ids = tasks.map(({ id }) => id).toSorted();
    return { id: tasks.length < batchSize ? null : (ids.at(-1) ?? null), isDone: ended.every(Boolean) };
  }
}
