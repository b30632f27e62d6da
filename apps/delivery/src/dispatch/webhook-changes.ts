import type { TenantChange } from '@signet/service-kit';
import type { CircuitTakeOver } from '../circuit/circuit-take-over.ts';
import type { Circuits } from '../circuit/circuits.ts';
import { isMended } from '../webhook-directory/is-mended.ts';
import type { WebhookChange, WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import type { AbandonStored } from '../work-queue/abandon-stored.ts';
import type { Worker } from './worker.ts';

/** What a change of a webhook or a tenant means for its deliveries and its circuit. */
export class WebhookChanges {
  /** Changes that are read before the start are ignored: they may be old, and the sweep at the start checks the final states. */
  isStarted = false;

  constructor(
    private readonly circuits: Circuits,
    private readonly takeOver: CircuitTakeOver,
    private readonly worker: Worker,
    private readonly abandonStored: AbandonStored,
    private readonly directory: Pick<WebhookDirectory, 'idsOfTenant'>,
    private readonly probe: (webhookId: string) => void,
  ) {}

  tenantChanged({ tenant, before }: TenantChange): void {
    if (!this.isStarted || tenant.status !== 'suspended' || before?.status === 'suspended') return;
    this.endDeliveriesOf(this.directory.idsOfTenant(tenant.id));
  }

  webhookChanged(change: WebhookChange): void {
    if (!this.isStarted) return;
    if (change.kind === 'deleted') {
      this.circuits.reset(change.webhookId);
      return this.endDeliveriesOf([change.webhookId]);
    }
    const { webhook, before } = change;
    if (!webhook.isActive && before?.isActive !== false) this.endDeliveriesOf([webhook.id]);
    if (!before) return;
    // The webhook was enabled: the registry starts to count its failures from zero, so the circuit does, too.
    if (webhook.isActive !== before.isActive || this.takeOver.isBeforeEnabling(webhook.id))
      this.circuits.reset(webhook.id);
    // The change may have mended the webhook: its circuit need not wait for the next probe.
    else if (isMended(before, webhook)) this.probe(webhook.id);
  }

  /** Deliveries that wait in memory end at once, stored ones when PostgreSQL has answered. */
  private endDeliveriesOf(webhookIds: readonly string[]): void {
    for (const webhookId of webhookIds) this.worker.tell({ type: 'WebhookEnded', webhookId });
    this.abandonStored.consider(webhookIds);
  }
}
