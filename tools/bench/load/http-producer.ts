import { Pool } from 'undici';
import type { Producer } from './outgoing.ts';
import type { Sale } from './sale.ts';
import { structured } from './sale.ts';

/** `POST /v1/events` with a fixed number of connections: one CloudEvent in structured mode, or several as a batch. */
export class HttpProducer implements Producer {
  readonly #pool: Pool;
  readonly #tenantId: string;
  readonly #authorization: string;

  constructor(options: { url: string; connections: number; tenantId: string; producerKey: string }) {
    this.#pool = new Pool(options.url, { connections: options.connections });
    this.#tenantId = options.tenantId;
    this.#authorization = `Bearer ${options.producerKey}`;
  }

  async send(sales: readonly Sale[]): Promise<void> {
    const events = sales.map((sale) => structured(sale, this.#tenantId));
    const isBatch = events.length > 1;
    const { statusCode, body } = await this.#pool.request({
      method: 'POST',
      path: '/v1/events',
      headers: {
        authorization: this.#authorization,
        'content-type': isBatch ? 'application/cloudevents-batch+json' : 'application/cloudevents+json',
      },
      body: JSON.stringify(isBatch ? events : events[0]),
    });
    if (statusCode !== 202)
      throw new Error(`POST /v1/events answered ${statusCode}: ${(await body.text()).slice(0, 300)}`);
    await body.dump();
  }

  close = (): Promise<void> => this.#pool.close();
}
