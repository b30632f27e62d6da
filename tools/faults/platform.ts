import { writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { nameServer, selfSigned } from '@signet/testing';
import { fetchSaleMaker } from '../bench/sale-example.ts';
import { EVENT_TYPE } from '../bench/sale.ts';
import { Signet } from '../bench/signet.ts';
import { table } from '../bench/table.ts';
import { Api, untilAccepted } from '../dev/api.ts';
import { readLedger } from './ledger.ts';
import { Load } from './load.ts';
import {
  againInOwnNetwork,
  blackhole,
  isInOwnNetwork,
  letAnswersThrough,
  loseAnswers,
  NAME_SERVER,
  prepareOwnNetwork,
  RECEIVERS_NET,
  undoBlackhole,
} from './own-network.ts';
import { Receivers, receiversOf } from './receivers.ts';
import type { Receiver } from './receivers.ts';

const HOSTS = 50;
const TENANTS = 10;
/** Receivers that are really dead in the end. */
const DEAD = 3;
/** A fault goes on for so long after Signet has noticed it, milliseconds. */
const NOTICED_FOR_MS = 30_000;
/** Addresses are used for a minute where the resolver fails; a verdict takes another at most. */
const NOTICED_WITHIN_MS = 180_000;
/** All that was held back is delivered within this time after the end, milliseconds. */
const DELIVERED_WITHIN_MS = 60_000;
const DISABLED_WITHIN_MS = 240_000;
const LOOK_MS = 500;

/** Seconds where production has minutes, so that ten failures in a row take no five hours. */
const SETTINGS = {
  SIGNET_EGRESS_ALLOW: RECEIVERS_NET,
  SIGNET_RETRY_SCHEDULE: '1s,2s,2s,2s',
  SIGNET_REQUEST_TIMEOUT: '5s',
};

interface Fault {
  readonly name: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

interface Row {
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
class Scene {
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

  /** Under load: breaks, waits until it is noticed and a while longer, mends, and looks at what came of it. */
  async suffer({ name, begin, end }: Fault): Promise<Row> {
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

  /** The opposite: some receivers are really dead. @returns what is wrong with that; undefined: nothing */
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
    // The outcomes of these have been heard, and so have those of the others before: nothing was counted against them.
    const after = await readLedger(this.signet.read(), living);
    return after.disabled + after.counted > before.counted ? `living receivers: ${JSON.stringify(after)}` : undefined;
  }

  /** A new process, as a rollout brings it. */
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

function faultsOf(scene: Scene, bundle: { file: string; cert: string }): Fault[] {
  const { pid } = scene.others;
  return [
    {
      name: 'resolver dead',
      begin: () => void (scene.isResolverDead = true),
      end: () => void (scene.isResolverDead = false),
    },
    { name: 'route gone (blackhole)', begin: blackhole, end: undoBlackhole },
    { name: 'answers lost on the way', begin: () => loseAnswers(pid), end: () => letAnswersThrough(pid) },
    {
      name: 'CA bundle broken',
      begin: () => (writeFileSync(bundle.file, 'no certificate\n'), scene.restartDelivery()),
      end: () => (writeFileSync(bundle.file, bundle.cert), scene.restartDelivery()),
    },
  ];
}

/** What is not as promised; undefined: nothing. */
function wrongWith({
  noticedAfterMs,
  deliveredAfterMs,
  lost,
  disabled,
  mostAttempts,
  counted,
}: Row): string | undefined {
  if (noticedAfterMs === undefined) return 'it was not noticed';
  if (disabled > 0) return `${disabled} webhooks are disabled`;
  if (counted > 0) return `${counted} failures were counted against receivers`;
  if (mostAttempts > 1) return `a delivery has spent ${mostAttempts} attempts`;
  if (lost > 0) return `${lost} deliveries are lost, or late`;
  if (deliveredAfterMs === undefined) return `not all was delivered within ${DELIVERED_WITHIN_MS / 1_000} s`;
  return undefined;
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : `${(ms / 1_000).toFixed(1)} s`);

function tableOf(rows: readonly Row[]): string {
  const head = [
    'fault',
    'noticed after',
    'owed',
    'lost',
    'disabled',
    'counted',
    'most attempts',
    'delivered after',
    '',
  ];
  const lines = rows.map((row) => [
    row.name,
    seconds(row.noticedAfterMs),
    ...[row.owed, row.lost, row.disabled, row.counted, row.mostAttempts].map(String),
    seconds(row.deliveredAfterMs),
    wrongWith(row) ?? 'as promised',
  ]);
  return table([head, ...lines], [1, 2, 3, 4, 5, 6, 7]);
}

/**
 * The platform breaks under load to 50 hosts of 10 tenants, with the built services and real routes, names and certificates.
 * After each fault nothing is lost, nobody is disabled, no attempt is spent, and all is delivered within a minute. Then three
 * of the fifty really die, and they alone are disabled.
 */
export default async function platform(_args: readonly string[], stopping: AbortSignal): Promise<number> {
  if (!isInOwnNetwork()) return againInOwnNetwork(stopping);
  const folder = mkdtempSync(join(tmpdir(), 'signet-faults-'));
  prepareOwnNetwork(folder);
  const identity = selfSigned('receivers.example', {}, ['*.receivers.example']);
  const bundle = { file: join(folder, 'authorities.pem'), cert: identity.cert };
  writeFileSync(bundle.file, bundle.cert);
  const addressOf = new Map(receiversOf(HOSTS, TENANTS).map(({ name, address }) => [name, address]));
  let scene: Scene | undefined;
  const names = await nameServer(
    (name) => (scene?.isResolverDead ? undefined : [addressOf.get(name)].filter((one) => one !== undefined)),
    { address: NAME_SERVER, port: 53 },
  );
  let others: Receivers | undefined;
  let signet: Signet | undefined;
  try {
    others = await Receivers.start(receiversOf(HOSTS, TENANTS), identity);
    console.error('starting Signet …');
    signet = await Signet.start(stopping, { ...SETTINGS, NODE_EXTRA_CA_CERTS: bundle.file });
    scene = new Scene(signet, others, stopping);
    await scene.register();
    const rows: Row[] = [];
    for (const fault of faultsOf(scene, bundle)) {
      rows.push(await scene.suffer(fault));
      console.error(`  ${wrongWith(rows.at(-1)!) ?? 'as promised'}`);
    }
    const wrongWithDead = await scene.loseSome();
    console.log(
      `\n${tableOf(rows)}\n\n${DEAD} of ${HOSTS} receivers dead: ${wrongWithDead ?? 'they are disabled, nobody else is'}`,
    );
    return rows.some((row) => wrongWith(row) !== undefined) || wrongWithDead !== undefined ? 1 : 0;
  } finally {
    await signet?.stop();
    await others?.stop();
    names.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
