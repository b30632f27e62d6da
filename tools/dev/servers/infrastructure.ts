import type { RunningKafka, RunningPostgres } from '@signet/embedded';
import { endLeftoverKafka, endLeftoverPostgres, ensureKafkaJars, startKafka, startPostgres } from '@signet/embedded';
import { join } from 'node:path';
import type { DataDir } from '../data-folder/data-dir.ts';
import type { GivenServers } from './given-servers.ts';
import { KeptAlive } from '../kept-alive.ts';
import type { Ports } from './ports.ts';
import { say } from '../progress.ts';
import type { DevSettings } from '../settings.ts';
import { ROOT } from '../settings.ts';

const POSTGRES_PORT = 5432;
const KAFKA_PORT = 9092;
const KAFKA_PORTS = [{ what: 'Kafka', preferred: KAFKA_PORT }, { what: 'the controller of Kafka' }];
const DATABASE = 'signet';
/** A library that our PostgreSQL loads. The benchmark counts statements with one. It costs time, so that it is not there otherwise. */
export const POSTGRES_PRELOAD = 'BENCH_POSTGRES_PRELOAD';
/** Set for a Signet that runs only for one test: its Kafka ends before Java's optimising compiler would be worth its work. */
const SHORT_LIVED = 'TEST_IS_SHORT_LIVED';

export interface InfrastructureOptions {
  readonly settings: DevSettings;
  readonly dataDir: DataDir;
  readonly ports: Ports;
  /** Once it is aborted, nothing more is started. */
  readonly stopping: AbortSignal;
}

/** PostgreSQL and Kafka: ours, or those that the settings name. */
export class Infrastructure {
  readonly #settings: DevSettings;
  readonly #dataDir: DataDir;
  readonly #ports: Ports;
  readonly #stopping: AbortSignal;
  #given: GivenServers | undefined;
  #postgres: KeptAlive<RunningPostgres> | undefined;
  #kafka: KeptAlive<RunningKafka> | undefined;

  constructor({ settings, dataDir, ports, stopping }: InfrastructureOptions) {
    this.#settings = settings;
    this.#ports = ports;
    this.#dataDir = dataDir;
    this.#stopping = stopping;
  }

  /** @throws StartRefusedError when a server that the settings name belongs to another installation */
  async compare(installation: string): Promise<void> {
    await this.#given?.compare(installation);
  }

  /**
   * Starts both at once where they are ours. Settles only when both starts have ended, well or not: if one fails, the other
   * is not still being started while everything is stopped.
   */
  async start(): Promise<{ databaseUrl: string; kafkaBrokers: string }> {
    // The given servers are checked first: if one cannot be used, none of ours has been started and has to be ended.
    if (this.#settings.databaseUrl !== undefined || this.#settings.kafkaBrokers !== undefined) {
      // Loaded on demand: it brings the whole service kit with it, which the launcher needs for nothing else.
      const { GivenServers } = await import('./given-servers.ts');
      this.#given = new GivenServers(this.#settings, this.#stopping);
      await this.#given.reachable();
    }
    const [database, kafka] = await Promise.allSettled([
      this.#settings.databaseUrl ?? this.#startPostgres(),
      this.#settings.kafkaBrokers ?? this.#startKafka(),
    ]);
    if (database.status === 'rejected') throw database.reason;
    if (kafka.status === 'rejected') throw kafka.reason;
    return { databaseUrl: database.value, kafkaBrokers: kafka.value };
  }

  /** Stops PostgreSQL last, so that every other part can still write to it while it ends. */
  async stop(options: { hard?: boolean }): Promise<void> {
    await this.#kafka?.stop(options);
    await this.#postgres?.stop(options);
  }

  async #startPostgres(): Promise<string> {
    const { postgres: dataDir, logs } = this.#dataDir;
    // This comes first, so that the port is free again.
    await endLeftoverPostgres(dataDir, say);
    const logFile = join(logs, 'postgres.log');
    const { url, port } = await this.#ports.startOnOne({ what: 'PostgreSQL', preferred: POSTGRES_PORT }, (port) => {
      this.#stopping.throwIfAborted();
      this.#postgres = new KeptAlive('PostgreSQL', () =>
        startPostgres({ dataDir, port, database: DATABASE, preload: process.env[POSTGRES_PRELOAD], logFile, log: say }),
      );
      return this.#postgres.start();
    });
    say(`PostgreSQL is ready on 127.0.0.1:${port}`);
    return url;
  }

  async #startKafka(): Promise<string> {
    const { kafka: dataDir, logs } = this.#dataDir;
    const pom = join(ROOT, 'tools/kafka/pom.xml');
    const libDir = await ensureKafkaJars({ cacheDir: this.#settings.cacheDir, pom, log: say, signal: this.#stopping });
    this.#stopping.throwIfAborted();
    await endLeftoverKafka(dataDir, say);
    const logFile = join(logs, 'kafka.log');
    const { brokers } = await this.#ports.startOn(KAFKA_PORTS, ([port, controllerPort]) => {
      this.#stopping.throwIfAborted();
      const options = {
        dataDir,
        libDir,
        port: port ?? KAFKA_PORT,
        controllerPort,
        logFile,
        log: say,
        isLongLived: process.env[SHORT_LIVED] === undefined,
      };
      this.#kafka = new KeptAlive('Kafka', () => startKafka(options));
      return this.#kafka.start();
    });
    say(`Kafka is ready on ${brokers}`);
    return brokers;
  }
}
