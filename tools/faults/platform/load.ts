import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../../dev/demo/api.ts';
import { eventIdOfSale, structured } from '../../bench/load/sale.ts';
import type { SaleMaker } from '../../bench/load/sale.ts';
import type { Receiver } from './receivers.ts';

/** Between two rounds of messages, milliseconds. */
const EVERY_MS = 500;

/** Sends a message for each tenant, and so a delivery to each receiver, again and again. */
export class Load {
  /** `host webhook-id` of each delivery that is due to a receiver. */
  readonly owed: string[] = [];
  #isStopped = false;
  readonly #running: Promise<void>;

  /** @param tenants ids, in the order that the receivers count them */
  constructor(operator: Api, tenants: readonly string[], receivers: readonly Receiver[], sales: SaleMaker) {
    this.#running = this.#run(operator, tenants, receivers, sales);
    // `stop` awaits the same promise and so rejects with the error.
    this.#running.catch(() => undefined);
  }

  /** Resolves when the last round was accepted. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(operator: Api, tenants: readonly string[], receivers: readonly Receiver[], sales: SaleMaker) {
    while (!this.#isStopped) {
      const messages = tenants.map((tenant) => ({ tenant, sale: sales.make() }));
      const batch = messages.map(({ tenant, sale }) => structured(sale, tenant));
      await operator.post('/v1/events', batch, { 'content-type': 'application/cloudevents-batch+json' });
      for (const { name, tenant } of receivers) {
        const sale = messages[tenant]?.sale;
        if (sale) this.owed.push(`${name} ${eventIdOfSale(sale)}`);
      }
      await delay(EVERY_MS);
    }
  }
}
