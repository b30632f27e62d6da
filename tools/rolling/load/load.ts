import { setTimeout as delay } from 'node:timers/promises';
import { Outgoing } from '../../bench/load/outgoing.ts';
import { atRate } from '../../bench/load/pacer.ts';
import type { Sale, SaleMaker } from '../../bench/load/sale.ts';
import { structured } from '../../bench/load/sale.ts';
import { waitBeforeNext } from './answer.policy.ts';
import { Caller } from './caller.ts';
import type { Answer, Request, RequestMade } from './caller.ts';
import type { Tenant } from './tenant.ts';

export interface Rates {
  /** Messages a second. */
  readonly events: number;
  /** Requests of a tenant a second. */
  readonly api: number;
}

/** The share of the messages that are sent one by one; the rest is sent in batches. */
const ALONE = 0.6;
const BATCH = 5;
/** After this time the producer gives up a message that Signet has not accepted; Signet then owes no delivery of it. Milliseconds. */
const PRODUCER_PATIENCE_MS = 60_000;

/**
 * A steady load through the public address, at the same rate whatever the answers are: messages one by one and in batches, and a tenant
 * that reads and changes. The producer repeats a message that was not accepted, after the time in Retry-After; the tenant repeats nothing.
 */
export class Load {
  readonly outgoing = new Outgoing();
  /** Changes of webhooks that were answered with 200. */
  changes = 0;
  readonly #tenant: Tenant;
  readonly #sales: SaleMaker;
  readonly #producer: Caller;
  readonly #owner: Caller;
  readonly #ending = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #ticking: Promise<unknown>;
  #asked = 0;

  constructor(tenant: Tenant, sales: SaleMaker, { events, api }: Rates) {
    this.#tenant = tenant;
    this.#sales = sales;
    this.#producer = new Caller(tenant.url, tenant.producerKey);
    this.#owner = new Caller(tenant.url, tenant.tenantKey);
    const { signal } = this.#ending;
    this.#ticking = Promise.all([
      atRate(events * ALONE, Infinity, (dueAt) => this.#follow(this.#send(1, dueAt)), signal),
      atRate((events * (1 - ALONE)) / BATCH, Infinity, (dueAt) => this.#follow(this.#send(BATCH, dueAt)), signal),
      atRate(api, Infinity, (dueAt) => this.#follow(this.#ask(dueAt)), signal),
    ]);
    // `stop` awaits the same promise and so rejects with the error.
    this.#ticking.catch(() => undefined);
  }

  get requests(): RequestMade[] {
    return [...this.#producer.requests, ...this.#owner.requests];
  }

  /** Resolves when each request has its answer, and each message is taken or given up. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#ticking;
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await Promise.all([this.#producer.close(), this.#owner.close()]);
  }

  #follow(work: Promise<unknown>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  #send(count: number, dueAt: number): Promise<void> {
    const sales = Array.from({ length: count }, () => this.#sales.make());
    return this.#outgoingOf(sales, dueAt);
  }

  #outgoingOf(sales: readonly Sale[], dueAt: number): Promise<void> {
    return this.outgoing.send({ send: (sales) => this.#untilTaken(sales, dueAt) }, sales, dueAt);
  }

  /** Repeats the messages with the same ids until they are accepted, so that messages whose answer was lost are not accepted twice. */
  async #untilTaken(sales: readonly Sale[], dueAt: number): Promise<void> {
    const events = sales.map((sale) => structured(sale, this.#tenant.id));
    const request: Request = {
      kind: 'events',
      method: 'POST',
      path: '/v1/events',
      body: events.length > 1 ? events : events[0],
      contentType: events.length > 1 ? 'application/cloudevents-batch+json' : 'application/cloudevents+json',
    };
    const deadline = performance.now() + PRODUCER_PATIENCE_MS;
    let answer = await this.#producer.call(request, dueAt);
    while (answer.status !== 202) {
      if (performance.now() > deadline) throw new Error(`Not taken: ${answer.status} ${answer.text}`);
      await delay(waitBeforeNext(answer.retryAfter));
      answer = await this.#producer.call(request);
    }
  }

  /** One request of the tenant: in turns three reads of registry and delivery, and one change. */
  async #ask(dueAt: number): Promise<void> {
    const turn = this.#asked++;
    const { webhookIds } = this.#tenant;
    const id = webhookIds[Math.floor(turn / 4) % webhookIds.length] ?? '';
    const read = (path: string): Promise<Answer> => this.#owner.call({ kind: 'reads', method: 'GET', path }, dueAt);
    switch (turn % 4) {
      case 0:
        await read('/v1/webhooks');
        return;
      case 1:
        await read(`/v1/deliveries?webhookId=${id}&limit=20`);
        return;
      case 2:
        await read(`/v1/webhooks/${id}`);
        return;
      default: {
        const body = { description: `Change ${turn}` };
        const request: Request = { kind: 'changes', method: 'PATCH', path: `/v1/webhooks/${id}`, body };
        const { status } = await this.#owner.call(request, dueAt);
        if (status === 200) this.changes++;
      }
    }
  }
}
