import { Pool } from 'undici';
import type { Producer } from '../load/outgoing.ts';
import { EVENT_TYPE, eventIdOfSale, structured } from '../load/sale.ts';
import type { Sale } from '../load/sale.ts';
import { markedId } from '../receiver/id-in-body.ts';
import type { PeerArguments } from './peer-arguments.ts';
import { filled } from './template.policy.ts';
import type { Placeholder } from './template.policy.ts';

/** A tenant that a peer need not know. */
const TENANT = 'bench';

export interface PeerProducerOptions extends Pick<
  PeerArguments,
  'url' | 'method' | 'headers' | 'body' | 'connections'
> {
  /** Where the peer shall deliver. */
  readonly target: string;
}

/** One request of the peer's own shape for each message. Any 2xx is an acceptance. */
export class PeerProducer implements Producer {
  readonly #options: PeerProducerOptions;
  readonly #pool: Pool;

  constructor(options: PeerProducerOptions) {
    this.#options = options;
    this.#pool = new Pool(new URL(options.url).origin, { connections: options.connections });
  }

  async send(sales: readonly Sale[]): Promise<void> {
    await Promise.all(sales.map((sale) => this.#post(sale)));
  }

  close = (): Promise<void> => this.#pool.close();

  async #post(sale: Sale): Promise<void> {
    const { url, method, headers, body, target } = this.#options;
    const values = valuesOf(sale, target);
    const fill = (template: string): string => filled(template, values, process.env);
    const { pathname, search } = new URL(fill(url));
    const { statusCode, body: answer } = await this.#pool.request({
      method: method as 'POST' | 'PUT',
      path: `${pathname}${search}`,
      headers: {
        'content-type': 'application/json',
        ...Object.fromEntries(headers.map(([name, value]) => [name, fill(value)])),
      },
      body: fill(body),
    });
    if (statusCode < 200 || statusCode > 299)
      throw new Error(`${method} ${pathname} answered ${statusCode}: ${(await answer.text()).slice(0, 300)}`);
    await answer.dump();
  }
}

/** The data names the message, because a peer may give it an id of its own. */
function valuesOf(sale: Sale, target: string): Record<Placeholder, string> {
  const eventId = eventIdOfSale(sale);
  const marked = { ...sale, data: { ...sale.data, benchId: markedId(eventId) } };
  const data = JSON.stringify(marked.data);
  return {
    receiver: target,
    eventId,
    type: EVENT_TYPE,
    subject: sale.subject,
    time: sale.time,
    data,
    dataText: JSON.stringify(data),
    event: JSON.stringify(structured(marked, TENANT)),
  };
}
