import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Api, untilAccepted } from '../dev/demo/api.ts';
import type { LocalFile } from '../dev/data-folder/local-file.ts';

interface Receiver {
  readonly path: string;
  readonly name: string;
  readonly events: readonly string[];
  readonly answersAfterMs: number;
  readonly maxAttempts?: number;
  /** The status of the n-th request, from 1. */
  readonly status: (request: number) => number;
}

const RECEIVERS: readonly Receiver[] = [
  {
    path: '/ledger',
    name: 'Sales to the ledger',
    events: ['sale.created', 'sale.refunded'],
    answersAfterMs: 18,
    status: () => 204,
  },
  {
    path: '/stock',
    name: 'Stock to the web shop',
    events: ['inventory.created', 'inventory.updated', 'inventory.low_stock'],
    answersAfterMs: 34,
    status: () => 200,
  },
  {
    path: '/newsletter',
    name: 'Customers to the newsletter',
    events: ['customer.created', 'customer.updated'],
    answersAfterMs: 61,
    status: () => 202,
  },
  {
    path: '/workshop',
    name: 'Repairs to the workshop',
    events: ['repair_order.created', 'repair_order.status_changed'],
    answersAfterMs: 25,
    // One outage that a retry outlives.
    status: (request) => (request === 1 ? 503 : 200),
  },
  {
    path: '/supplier',
    name: 'Orders to the supplier',
    events: ['purchase_order.created'],
    answersAfterMs: 12,
    maxAttempts: 1,
    status: () => 500,
  },
];
/** How often each event is published, so that the lists look like those of a shop. */
const EVENTS: Readonly<Record<string, number>> = {
  'repair_order.created': 1,
  'purchase_order.created': 3,
  'inventory.updated': 14,
  'customer.created': 6,
  'inventory.low_stock': 3,
  'sale.created': 26,
  'sale.refunded': 2,
};
/** Over the best part of a minute, so that the chart of the overview has many bars. */
const PAUSE_MS = 650;

/** A tenant with webhooks, deliveries and failures, as a shop has them: something to see in the console. */
export class DemoShop {
  readonly key: string;
  readonly #tenant: Api;
  readonly #server: Server;

  private constructor(key: string, tenant: Api, server: Server) {
    this.key = key;
    this.#tenant = tenant;
    this.#server = server;
  }

  static async open(local: LocalFile): Promise<DemoShop> {
    const operator = new Api(local.url, local.operatorKey);
    const { body: tenant } = await operator.post<{ id: string }>('/v1/tenants', { name: 'Antwerp Jewels' });
    const newKey = async (role: string): Promise<string> => {
      const about = { name: 'Antwerp Jewels', role };
      return (await operator.post<{ key: string }>(`/v1/tenants/${tenant.id}/api-keys`, about)).body.key;
    };
    const [key, producerKey] = [await newKey('tenant'), await newKey('producer')];
    const server = await receive();
    const shop = new DemoShop(key, new Api(local.url, key), server);
    await shop.#register((server.address() as AddressInfo).port);
    await shop.#publish(new Api(local.url, producerKey), tenant.id);
    return shop;
  }

  /** The id of the delivery of this event type, once its message has this status. */
  async delivery(eventType: string, status: string): Promise<string> {
    for (;;) {
      const path = `/v1/deliveries?eventType=${eventType}&status=${status}`;
      const { body } = await this.#tenant.get<{ data: { id: string }[] }>(path);
      if (body.data[0] !== undefined) return body.data[0].id;
      await delay(PAUSE_MS);
    }
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #register(port: number): Promise<void> {
    for (const { name, path, events, maxAttempts } of RECEIVERS) {
      const url = `http://127.0.0.1:${port}${path}`;
      const { body } = await untilAccepted(() =>
        this.#tenant.post<{ id: string }>('/v1/webhooks', { name, url, events, ...(maxAttempts && { maxAttempts }) }),
      );
      // Delivery learns of a webhook over Kafka; an event that is published before does not reach the webhook.
      while (!(await isThere(() => this.#tenant.get(`/v1/circuits/${body.id}`)))) await delay(PAUSE_MS);
    }
  }

  async #publish(producer: Api, tenantid: string): Promise<void> {
    const { body } = await this.#tenant.get<{ data: { name: string; example: unknown }[] }>('/v1/event-types');
    const headers = { 'content-type': 'application/cloudevents+json' };
    for (const [at, type] of inTurns(EVENTS).entries()) {
      const data = body.data.find(({ name }) => name === type)?.example;
      const event = { specversion: '1.0', id: `demo-${at}`, source: '/pos/1', type, tenantid, data };
      await untilAccepted(() => producer.post('/v1/events', event, headers));
      await delay(PAUSE_MS);
    }
  }
}

/** Each name as often as it says, the rare ones spread among the others. */
const inTurns = (counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts)
    .flatMap(([name, count]) => Array.from({ length: count }, (_, at) => ({ name, place: (at + 0.5) / count })))
    .toSorted((one, other) => one.place - other.place)
    .map(({ name }) => name);

async function isThere(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch {
    return false;
  }
}

async function receive(): Promise<Server> {
  const requests = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const { path, answersAfterMs, status } = RECEIVERS.find(({ path }) => path === request.url) ?? RECEIVERS[0]!;
    const count = (requests.get(path) ?? 0) + 1;
    requests.set(path, count);
    for await (const _ of request);
    await delay(answersAfterMs);
    const code = status(count);
    response.writeHead(code, { 'content-type': 'application/json', server: 'nginx' });
    response.end(code === 204 ? undefined : JSON.stringify(code < 300 ? { received: true } : { error: 'maintenance' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
