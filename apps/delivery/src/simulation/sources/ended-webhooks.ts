import type { Leased } from '../postgresql/work-queue.ts';
import type { ReplicaParts } from '../replica/replica-parts.ts';

const AGAIN_MS = 1_000;

/** Ends the stored deliveries of webhooks that take none any more: the rules of `AbandonStored`. */
export class EndedWebhooks {
  constructor(private readonly replica: ReplicaParts) {}

  sweep(partitions: readonly number[]): void {
    const { link, world, reasonToEnd } = this.replica;
    const found = (webhookIds: readonly string[]): void => {
      for (const webhookId of webhookIds) if (reasonToEnd(webhookId) !== null) this.endAllOf(webhookId);
    };
    link.ask(
      'look for webhooks',
      () => world.workQueue.webhooksOf(partitions),
      found,
      () => undefined,
    );
  }

  endAllOf(webhookId: string): void {
    const { host, link, world, reasonToEnd } = this.replica;
    const claims = this.replica.servedClaims();
    const again = (): void =>
      host.after(AGAIN_MS, () => {
        if (reasonToEnd(webhookId) !== null) this.endAllOf(webhookId);
      });
    if (claims.length === 0) return;
    const lease = (): Leased => world.workQueue.leaseOfWebhook(claims, webhookId, this.replica.leaseEnd());
    link.ask('lease of webhook', lease, (leased) => this.end(webhookId, leased, again), again);
  }

  private end(webhookId: string, { tasks }: Leased, again: () => void): void {
    const { scheduler, worker, reasonToEnd, recording } = this.replica;
    const reason = reasonToEnd(webhookId);
    if (reason === null) return recording.giveBack(tasks);
    let isSomeLeft = false;
    for (const task of tasks) {
      if (scheduler.get(task.id)) isSomeLeft = true;
      else worker.tell({ type: 'LeasedToEnd', task, reason });
    }
    if (isSomeLeft) again();
  }
}
