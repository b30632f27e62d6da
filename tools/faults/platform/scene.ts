import { setTimeout as delay } from 'node:timers/promises';
import { fetchSaleMaker } from '../../bench/load/sale-example.ts';
import { EVENT_TYPE } from '../../bench/load/sale.ts';
import type { Signet } from '../../bench/installation/signet.ts';
import { Api, untilAccepted } from '../../dev/demo/api.ts';
import { readLedger } from './ledger.ts';
import { Load } from './load.ts';
import { receiversOf } from './receivers.ts';
import type { Receiver, Receivers } from './receivers.ts';

export const HOSTS = 50;
export const TENANTS = 10;
/** Number of receivers that really die at the end. */
export const DEAD = 3;
/** How long a fault goes on after Signet has noticed it, milliseconds. */
const NOTICED_FOR_MS = 30_000;
/** Where the resolver fails, Signet uses known addresses for a minute; until it judges the platform faulty, another minute passes at most. */
const NOTICED_WITHIN_MS = 180_000;
/** Within this time after the end of the fault, all deliveries that were held back are made, milliseconds. */
export const DELIVERED_WITHIN_MS = 60_000;
const DISABLED_WITHIN_MS = 240_000;
const LOOK_MS = 500;

export interface Fault {
  readonly name: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

/** The results of a fault. */
export interface Outcome {
  readonly name: string;
  readonly noticedAfterMs: number | undefined;
  readonly deliveredAfterMs: number | undefined;
  readonly owed: number;
  readonly lost: number;
  readonly disabled: number;
  readonly mostAttempts: number;
  readonly counted: number;
}

/** Everything that runs, and what is broken in it. */
export class Scene {
  readonly receivers = receiversOf(HOSTS, TENANTS);
  readonly signet: Signet;
  readonly others: Receivers;
  readonly #operator: Api;
  readonly #stopping: AbortSignal;
  readonly #tenants: string[] = [];
  isResolverDead = false;

  constructor(signet: Signet, others: Receivers, stopping: AbortSignal) {
    this.signet = signet;
    this.others = others;
    this.#stopping = stopping;
    const { url, operatorKey } = signet.read();
    this.#operator = new Api(url, operatorKey);
  }

  async register(): Promise<void> {
    for (let n = 0; n < TENANTS; n++) {
      const tenant = await this.#operator.post<{ id: string }>('/v1/tenants', { name: `Shop ${n}` });
      this.#tenants.push(tenant.body.id);
      const path = `/v1/tenants/${tenant.body.id}/api-keys`;
      const made = await untilAccepted(() =>
        this.#operator.post<{ key: string }>(path, { name: 'Owner', role: 'tenant' }),
      );
      const owner = new Api(this.signet.read().url, made.body.key);
      for (const { name } of this.receivers.filter((one) => one.tenant === n))
        await untilAccepted(() => owner.post('/v1/webhooks', { name, url: urlOf(name), events: [EVENT_TYPE] }));
    }
  }

  async load(): Promise<Load> {
    return new Load(this.#operator, this.#tenants, this.receivers, await fetchSaleMaker(this.#operator));
  }

  /** Under load: begins the fault, waits until Signet has noticed it and a while longer, ends it, and reports the results. */
  async suffer({ name, begin, end }: Fault): Promise<Outcome> {
    const load = await this.load();
    const isReceived = (owed: readonly string[], received: ReadonlySet<string>) =>
      owed.every((one) => received.has(one));
    await this.#until(
      async () => load.owed.length > 0 && isReceived(load.owed.slice(0, HOSTS), await this.others.received()),
    );
    console.error(`${name} …`);
    const before = await this.#ledger();
    const beganAt = performance.now();
    await begin();
    const isNoticed = await this.#until(() => this.#isFaultSeen(), NOTICED_WITHIN_MS);
    const noticedAfterMs = isNoticed ? performance.now() - beganAt : undefined;
    await delay(NOTICED_FOR_MS, undefined, { signal: this.#stopping });
    await load.stop();
    await end();
    const endedAt = performance.now();
    const isDelivered = await this.#until(
      async () => isReceived(load.owed, await this.others.received()) && (await this.#ledger()).undelivered === 0,
      DELIVERED_WITHIN_MS,
    );
    const deliveredAfterMs = isDelivered ? performance.now() - endedAt : undefined;
    const received = await this.others.received();
    const { disabled, mostAttempts, counted, failuresInARow } = await this.#ledger();
    return {
      name,
      noticedAfterMs,
      deliveredAfterMs,
      owed: load.owed.length,
      lost: load.owed.filter((one) => !received.has(one)).length,
      disabled,
      mostAttempts,
      counted: counted - before.counted + failuresInARow,
    };
  }

  /** The opposite case: some receivers are really dead. @returns the promise that was broken; undefined: none */
  async loseSome(): Promise<string | undefined> {
    const dead = this.receivers.slice(0, DEAD);
    console.error(`${DEAD} receivers dead …`);
    const living = urlsOf(this.receivers.slice(DEAD));
    const before = await readLedger(this.signet.read(), living);
    await this.others.kill(dead);
    const load = await this.load();
    const disabledOf = async (of: readonly Receiver[]) => (await readLedger(this.signet.read(), urlsOf(of))).disabled;
    const isDisabled = await this.#until(async () => (await disabledOf(dead)) === DEAD, DISABLED_WITHIN_MS);
    await load.stop();
    if (!isDisabled) return `of the ${DEAD} dead receivers ${await disabledOf(dead)} were disabled`;
    if (await this.#isFaultSeen()) return 'a fault of the platform was seen where there is none';
    // The dead ones are disabled, so the earlier outcomes of the living ones have been counted as well: none may be a failure.
    const after = await readLedger(this.signet.read(), living);
    return after.disabled + after.counted > before.counted ? `living receivers: ${JSON.stringify(after)}` : undefined;
  }

  /** Ends delivery and waits for its new process, as in a roll-out. */
  async restartDelivery(): Promise<void> {
    const { pid } = this.signet.read().services.delivery;
    process.kill(pid, 'SIGTERM');
    await this.#until(async () => {
      const { pid: now, managementPort } = this.signet.read().services.delivery;
      return now !== pid && (await fetch(`http://127.0.0.1:${managementPort}/readyz`)).ok;
    }, NOTICED_WITHIN_MS);
  }

  #ledger() {
    return readLedger(this.signet.read(), urlsOf(this.receivers));
  }

  async #isFaultSeen(): Promise<boolean> {
    const { managementPort } = this.signet.read().services.delivery;
    const metrics = await (await fetch(`http://127.0.0.1:${managementPort}/metrics`)).text();
    return /^signet_platform_fault(\{[^}]*\})? 1$/m.test(metrics);
  }

  /** @returns whether it came true within the time */
  async #until(isTrue: () => Promise<boolean> | boolean, longestMs = NOTICED_WITHIN_MS): Promise<boolean> {
    const deadline = performance.now() + longestMs;
    for (;;) {
      this.#stopping.throwIfAborted();
      // A service that was just ended does not answer.
      if (
        await Promise.resolve()
          .then(isTrue)
          .catch(() => false)
      )
        return true;
      if (performance.now() > deadline) return false;
      await delay(LOOK_MS);
    }
  }
}

const urlOf = (name: string): string => `https://${name}/hook`;
const urlsOf = (receivers: readonly Receiver[]): string[] => receivers.map(({ name }) => urlOf(name));
