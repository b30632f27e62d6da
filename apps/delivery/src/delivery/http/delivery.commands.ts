import type { Database, Transaction } from '../../database/database.port.ts';
import { deliveryDecider } from '../delivery.decider.ts';
import type { DeliveryCommand } from '../delivery.decider.ts';
import { projectDelivery } from '../storage/delivery.projection.ts';
import type { DeliveryRow } from '../storage/delivery.projection.ts';
import { appendByRequest, removeDeliveries } from '../storage/requested-changes.ts';
import type { DeliveryReader, DeliveryRecord } from '../storage/delivery.reader.ts';

/**
 * Commands that people give through the API of any replica. The replica need not own the partition: only the version of the
 * log guards the append, and the owner finds the delivery in the work queue.
 */
export class DeliveryCommands {
  constructor(
    private readonly database: Database,
    private readonly reader: DeliveryReader,
    private readonly now: () => Date,
    /** Called in the transaction that carries out the command: an Idempotency-Key is stored with it. */
    private readonly carriedOut: (transaction: Transaction) => Promise<void> = () => Promise.resolve(),
  ) {}

  /**
   * One more attempt, now. Returns null when there is no such delivery.
   *
   * @param webhookVersion version of the webhook's snapshot according to which it takes deliveries; null: not known
   */
  async retry(
    id: string,
    tenantId: string | null,
    by: string,
    webhookVersion: number | null = null,
  ): Promise<DeliveryRow | null> {
    // The owner may record an attempt between our read and our append; then the decision is made again.
    for (;;) {
      const record = await this.reader.find(id, tenantId);
      if (!record) return null;
      const at = this.now();
      const command: DeliveryCommand = { type: 'RetryDelivery', data: { by, at: at.toISOString() } };
      const row = await this.append(record, command, webhookVersion);
      if (row) return row;
    }
  }

  /** Removes the delivery with its log. False when there is no such delivery. */
  async remove(id: string, tenantId: string | null): Promise<boolean> {
    // If it changes between our read and our write, it is read again.
    for (;;) {
      const record = await this.reader.find(id, tenantId);
      if (!record) return false;
      if ((await removeDeliveries(this.database, [record])) === 1) return true;
    }
  }

  private async append(
    record: DeliveryRecord,
    command: DeliveryCommand,
    webhookVersion: number | null,
  ): Promise<DeliveryRow | null> {
    const { row: before, events: log, version } = record;
    const state = log.reduce(deliveryDecider.evolve, deliveryDecider.initialState());
    const events = deliveryDecider.decide(command, state);
    const row = events.reduce((folded: DeliveryRow, event) => projectDelivery(before.id, folded, event), before);
    const isAppended = await this.database.transaction(async (transaction) => {
      const append = { row, events, version: version + 1, webhookVersion };
      if ((await appendByRequest(transaction, [append], 'asked-for')).size === 0) return false;
      await this.carriedOut(transaction);
      return true;
    });
    return isAppended ? row : null;
  }
}
