import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureTopics } from '@signet/kafka';
import type { KafkaClientOptions } from '@signet/kafka';
import pg from 'pg';
import { HttpProducer } from '../bench/load/http-producer.ts';
import { KafkaConnection } from '../bench/load/kafka-producer.ts';
import { fetchSaleMaker } from '../bench/load/sale-example.ts';
import { SOURCE_TOPIC } from '../bench/load/sale.ts';
import type { SaleMaker } from '../bench/load/sale.ts';
import { Api } from '../dev/demo/api.ts';
import { kafkaClientAt } from '../dev/servers/given-connections.ts';
import { PostReceiver } from '../faults/clock/receiver.ts';
import { TestServers } from '../test/test-servers.ts';
import { Fleet } from './services/fleet.ts';
import type { Settings } from './services/fleet.ts';
import { Load } from './load/load.ts';
import type { Traffic } from './load/load.ts';
import { answerOf } from './load/receivers.policy.ts';
import type { Mood } from './load/receivers.policy.ts';
import type { Replica } from './services/replica.ts';
import { makeTenant } from './load/tenant.ts';

const LOOK_MS = 200;
const PROBE_MS = 1_000;
/** Until a first message has come to a webhook that was just registered, milliseconds. */
const ROUTABLE_WITHIN_MS = 180_000;
/** Seconds where production has minutes: a retry falls into this step, or into the next one. */
const RETRY_SCHEDULE = '3s,15s,5s';
/** So high that it is never reached: disabling and the end of retries are not tested here. */
const MANY = '100';

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}/${index + 1}`);
/** The messages that are sent each way, and their receivers. Of a burst to receivers that are down, many requests go to the shelf. */
const TRAFFIC = [
  { name: 'load', paths: [...numbered('/ok', 4), '/slow/1'], everyMs: 1_250, batch: 10 },
  { name: 'burst', paths: numbered('/down', 2), everyMs: 4_000, batch: 40 },
  { name: 'flaky', paths: numbered('/flaky', 10), everyMs: 4_000, batch: 1 },
];

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

/** One PostgreSQL and one Kafka, the receivers, and the replicas of both versions that use them. */
export class Stage {
  readonly fleet: Fleet;
  readonly settings: Settings;
  readonly kafka: KafkaClientOptions;
  readonly database: pg.Client;
  readonly receiver: PostReceiver;
  readonly mood: Changeable<Mood>;
  readonly tenants: string[] = [];
  readonly #servers: TestServers;
  readonly #brokers: string;
  readonly #receiverUrl: string;
  readonly #operatorKey: string;
  readonly #signal: AbortSignal;
  #producer: KafkaConnection | undefined;
  #sales: SaleMaker | undefined;
  #load: Load | undefined;
  #newcomers = 0;

  private constructor(
    servers: TestServers,
    places: { databaseUrl: string; brokers: string; receiverUrl: string },
    { receiver, mood }: { receiver: PostReceiver; mood: Changeable<Mood> },
    signal: AbortSignal,
  ) {
    this.#servers = servers;
    this.#brokers = places.brokers;
    this.#receiverUrl = places.receiverUrl;
    this.#signal = signal;
    this.#operatorKey = `operator-${randomBytes(24).toString('hex')}`;
    this.receiver = receiver;
    this.mood = mood;
    this.kafka = kafkaClientAt(places.brokers, 'signet-side-by-side', {});
    this.database = new pg.Client({ connectionString: places.databaseUrl });
    this.settings = settingsOf(places.databaseUrl, places.brokers, this.#operatorKey);
    const logFolder = join(servers.folder, 'logs');
    mkdirSync(logFolder);
    const beforeLeaving = async (replica: Replica): Promise<void> => this.#load?.letGo(replica);
    this.fleet = new Fleet({ settings: this.settings, logFolder, signal, beforeLeaving });
  }

  static async open(signal: AbortSignal): Promise<Stage> {
    const servers = new TestServers();
    try {
      const { SIGNET_TEST_DATABASE_URL: databaseUrl = '', SIGNET_TEST_KAFKA_BROKERS: brokers = '' } =
        await servers.start();
      const mood = { isDown: false, isKind: false };
      const receiver = new PostReceiver((path, attempt) => answerOf(path, attempt, mood));
      const places = { databaseUrl, brokers, receiverUrl: await receiver.listen() };
      const stage = new Stage(servers, places, { receiver, mood }, signal);
      await stage.database.connect();
      const source = { name: SOURCE_TOPIC, partitions: 6 };
      await ensureTopics(stage.kafka, [source]);
      stage.#producer = await KafkaConnection.open({ kafkaBrokers: brokers, prefix: '' });
      return stage;
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  get load(): Load {
    if (this.#load === undefined) throw new Error('The load has not begun.');
    return this.#load;
  }

  /** With the first services: registers the receivers, and sends from when each has got something. */
  async beginLoad(): Promise<void> {
    const registry = this.#oneOf('registry');
    this.#sales = await fetchSaleMaker(new Api(registry.url, this.#operatorKey));
    const traffics: Traffic[] = [];
    for (const { name, paths, everyMs, batch } of TRAFFIC) {
      const tenant = await this.#routableTenant(registry, this.#oneOf('ingestion'), name, paths);
      this.tenants.push(tenant.id);
      traffics.push({ tenant, paths, everyMs, batch });
    }
    this.#load = new Load({
      traffics,
      sales: this.#sales,
      kafka: this.#producer!,
      ingestions: () => this.fleet.of('ingestion'),
      arrivalsAt: (path) => this.receiver.arrivals(path),
    });
  }

  /** A tenant and a webhook through each registry that runs, each of which gets a message through each ingestion. */
  async newcomers(): Promise<number> {
    let count = 0;
    for (const registry of this.fleet.of('registry')) {
      for (const ingestion of this.fleet.of('ingestion')) {
        const path = `/ok/new-${++this.#newcomers}`;
        await this.#routableTenant(registry, ingestion, path, [path]);
        count += 1;
      }
    }
    return count;
  }

  /** Waits until it is so, or throws a sentence. */
  async until(what: string, withinMs: number, isTrue: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!(await isTrue())) {
      this.#signal.throwIfAborted();
      const [dead] = this.fleet.dead;
      if (dead !== undefined) throw new Error(dead);
      if (performance.now() > deadline) throw new Error(`After ${withinMs / 1_000} s: not ${what}.`);
      await delay(LOOK_MS);
    }
  }

  async close(): Promise<void> {
    await this.#load?.stop();
    await this.fleet.end();
    await this.#producer?.close();
    await this.database.end();
    this.receiver.close();
    await this.#servers.stop();
  }

  async #routableTenant(registry: Replica, ingestion: Replica, name: string, paths: readonly string[]) {
    const urls = paths.map((path) => this.#receiverUrl + path);
    const tenant = await makeTenant(registry.url, this.#operatorKey, name, urls);
    const producer = new HttpProducer({ url: ingestion.url, connections: 1, tenantId: tenant.id, ...tenant });
    let probedAt = Number.NEGATIVE_INFINITY;
    const came = new Set<string>();
    let seen = this.receiver.posts.length;
    await this.until(`a delivery to every webhook of ${name}`, ROUTABLE_WITHIN_MS, async () => {
      if (performance.now() - probedAt > PROBE_MS) {
        probedAt = performance.now();
        await producer.send([this.#sales!.make()]).catch(() => undefined);
      }
      for (const { path } of this.receiver.posts.slice(seen)) came.add(path);
      seen = this.receiver.posts.length;
      return paths.every((path) => came.has(path));
    });
    await producer.close();
    return tenant;
  }

  #oneOf(service: 'registry' | 'ingestion'): Replica {
    const [replica] = this.fleet.of(service);
    if (replica === undefined) throw new Error(`No ${service} runs.`);
    return replica;
  }
}

const settingsOf = (databaseUrl: string, brokers: string, operatorKey: string): Settings => ({
  SIGNET_INSTALLATION: 'side-by-side',
  SIGNET_DATABASE_URL: databaseUrl,
  SIGNET_KAFKA_BROKERS: brokers,
  SIGNET_SEALING_KEYS: `side-by-side:${randomBytes(32).toString('base64')}`,
  SIGNET_OPERATOR_KEY: operatorKey,
  SIGNET_SOURCE_TOPICS: SOURCE_TOPIC,
  SIGNET_EGRESS_ALLOW: '127.0.0.0/8',
  SIGNET_RETRY_SCHEDULE: RETRY_SCHEDULE,
  SIGNET_MAX_ATTEMPTS: MANY,
  SIGNET_DISABLE_AFTER_FAILURES: MANY,
  // The load stops sending to a replica before the replica is stopped.
  SIGNET_DRAIN_PAUSE: '0s',
  // The tables are migrated beforehand, as docs/guides/upgrading.md says. Versions that do not know this setting ignore it.
  SIGNET_MIGRATE: 'never',
  NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${fileURLToPath(new URL('../faults/clock/name-the-sender.ts', import.meta.url))}`,
});
