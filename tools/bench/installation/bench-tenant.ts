import { setTimeout as delay } from 'node:timers/promises';
import { DELIVERY_REQUESTS, TOPICS } from '@signet/contracts';
import { partitionOf } from '@signet/kafka';
import { Api, untilAccepted } from '../../dev/demo/api.ts';
import type { Bench } from '../bench.ts';
import { HttpProducer } from '../load/http-producer.ts';
import { inParallel } from '../load/outgoing.ts';
import { EVENT_TYPE } from '../load/sale.ts';

const ROUTABLE_TIMEOUT_MS = 60_000;
const PROBE_EVERY_MS = 200;
const QUIET_MS = 500;
/** A new webhook is in a given partition with a chance of one in six. */
const MOST_TRIES = 200;

/** The partition of delivery.requests.v1 that holds the requests of a webhook. */
const partitionOfWebhook = (id: string): number =>
  partitionOf(Buffer.from(id), TOPICS.find(({ name }) => name === DELIVERY_REQUESTS)!.partitions);

/** A tenant of a scenario's own, with its keys and webhooks; made through the public API, as anybody would. */
export class BenchTenant {
  readonly id: string;
  readonly producerKey: string;
  readonly #bench: Bench;
  readonly #api: Api;
  #webhooks: string[] = [];

  private constructor(bench: Bench, id: string, producerKey: string, api: Api) {
    this.#bench = bench;
    this.id = id;
    this.producerKey = producerKey;
    this.#api = api;
  }

  static async create(bench: Bench, name: string): Promise<BenchTenant> {
    const { operator } = bench;
    const url = bench.local().url;
    const tenant = await operator.post<{ id: string }>('/v1/tenants', { name: `bench ${name}` });
    const id = tenant.body.id;
    const key = async (role: 'tenant' | 'producer'): Promise<string> => {
      // The registry's read model may not have the new tenant yet.
      const made = await untilAccepted(() =>
        operator.post<{ key: string }>(`/v1/tenants/${id}/api-keys`, { name: `bench ${role}`, role }),
      );
      return made.body.key;
    };
    return new BenchTenant(bench, id, await key('producer'), new Api(url, await key('tenant')));
  }

  /**
   * Registers a webhook for each path of the receiver; resolves when a message has come to each.
   *
   * @param settings further fields of each webhook
   */
  async addWebhooks(paths: readonly string[], settings: { readonly ordering?: 'subject' } = {}): Promise<void> {
    await inParallelOver(paths, async (path) => void (await this.#register(path, settings)));
    await this.#untilRoutable(paths);
  }

  /** The partition of delivery.requests.v1 with most of the tenant's webhooks, and their number. */
  mostCrowdedPartition(): { readonly partition: number; readonly webhooks: number } {
    const counts = new Map<number, number>();
    for (const partition of this.#webhooks.map(partitionOfWebhook))
      counts.set(partition, (counts.get(partition) ?? 0) + 1);
    const [partition = 0, webhooks = 0] = [...counts].toSorted(([, one], [, other]) => other - one)[0] ?? [];
    return { partition, webhooks };
  }

  /** As `addWebhooks`, a webhook whose requests are in this partition: its id decides that, so some are made and deleted until one fits. */
  async addWebhookIn(partition: number, path: string): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const id = await this.#register(path, {});
      if (partitionOfWebhook(id) === partition) return this.#untilRoutable([path]);
      await this.#api.call('DELETE', `/v1/webhooks/${id}`);
      this.#webhooks = this.#webhooks.filter((one) => one !== id);
    }
    throw new Error(`None of ${MOST_TRIES} webhooks was in partition ${partition}.`);
  }

  httpProducer(connections: number): HttpProducer {
    return new HttpProducer({
      url: this.#bench.eventsUrl,
      connections,
      tenantId: this.id,
      producerKey: this.producerKey,
    });
  }

  /** Deletes the webhooks, so that their pending deliveries do not disturb later scenarios; the tenant stays. */
  async close(): Promise<void> {
    await inParallelOver(this.#webhooks, async (id) => {
      await this.#api.call('DELETE', `/v1/webhooks/${id}`);
    });
  }

  async #register(path: string, settings: object): Promise<string> {
    const url = `${this.#bench.receiver.url}${path}`;
    const body = { name: `bench ${path}`, url, events: [EVENT_TYPE], ...settings };
    const { body: webhook } = await untilAccepted(() => this.#api.post<{ id: string }>('/v1/webhooks', body));
    this.#webhooks.push(webhook.id);
    return webhook.id;
  }

  /** Deliveries to a webhook begin once every service has read it from Kafka. Only a message that arrives proves that. */
  async #untilRoutable(paths: readonly string[]): Promise<void> {
    const { receiver, sales } = this.#bench;
    const probe = this.httpProducer(1);
    const deadline = performance.now() + ROUTABLE_TIMEOUT_MS;
    try {
      let error: unknown;
      for (;;) {
        await probe.send([sales.make()]).catch((refused: unknown) => (error = refused));
        await delay(PROBE_EVERY_MS);
        const count = await receiver.counts();
        if (paths.every((path) => count(path).messages > 0)) break;
        if (performance.now() > deadline) {
          const silent = paths.filter((path) => count(path).messages === 0).join(', ');
          throw new Error(`No message came to ${silent} within ${ROUTABLE_TIMEOUT_MS / 1_000} s.`, { cause: error });
        }
      }
      await this.#untilQuiet(paths);
    } finally {
      await probe.close();
    }
  }

  /** Waits for the last probes, which are still on their way. */
  async #untilQuiet(paths: readonly string[]): Promise<void> {
    let before = -1;
    for (;;) {
      const count = await this.#bench.receiver.counts();
      const now = paths.reduce((total, path) => total + count(path).requests, 0);
      if (now === before) return;
      before = now;
      await delay(QUIET_MS);
    }
  }
}

async function inParallelOver<T>(items: readonly T[], step: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  await inParallel(8, items.length, async () => {
    const item = left.shift();
    if (item !== undefined) await step(item);
  });
}
