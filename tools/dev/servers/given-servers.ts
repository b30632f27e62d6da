import {
  loadSettings,
  optionalSetting,
  reachableDatabase,
  reachableKafka,
  compareWithDatabase,
  compareWithKafka,
  sharedSettings,
  withClient,
} from '@signet/service-kit';
import type { Setting } from '@signet/service-kit';
import { databaseAt, kafkaClientAt } from './given-connections.ts';
import { say, warn } from '../progress.ts';
import { shownDatabase } from './shown-database.ts';
import type { DevSettings } from '../settings.ts';

const CLIENT_ID = 'signet-start';
/** Schemas of the services in the database. */
const SCHEMAS = ['registry', 'delivery'] as const;

const maybe = <T>({ schema, explanation, secret }: Setting<T>) => optionalSetting(schema, explanation, { secret });

const SETTINGS = {
  SIGNET_INSTALLATION: maybe(sharedSettings.installation.SIGNET_INSTALLATION),
  SIGNET_DATABASE_URL: maybe(sharedSettings.database.SIGNET_DATABASE_URL),
  SIGNET_KAFKA_BROKERS: maybe(sharedSettings.kafka.SIGNET_KAFKA_BROKERS),
  SIGNET_STARTUP_WAIT: sharedSettings.startup.SIGNET_STARTUP_WAIT,
};

/** A PostgreSQL and a Kafka that the settings name, so that we do not run them. */
export class GivenServers {
  readonly databaseUrl: string | undefined;
  readonly kafkaBrokers: string | undefined;
  readonly #prefix: string;
  readonly #patience: Parameters<typeof reachableDatabase>[1];

  /** @throws SettingsError with the sentence that a service would say */
  constructor(settings: DevSettings, stopping: AbortSignal) {
    const { SIGNET_STARTUP_WAIT: longestMs } = loadSettings(SETTINGS, {
      SIGNET_INSTALLATION: settings.installation,
      SIGNET_DATABASE_URL: settings.databaseUrl,
      SIGNET_KAFKA_BROKERS: settings.kafkaBrokers,
      SIGNET_STARTUP_WAIT: settings.startupWait,
    });
    if (settings.databaseUrl !== undefined) databaseAt(settings.databaseUrl);
    if (settings.kafkaBrokers !== undefined) clientOf(settings.kafkaBrokers);
    this.databaseUrl = settings.databaseUrl;
    this.kafkaBrokers = settings.kafkaBrokers;
    this.#prefix = settings.prefix;
    const logger = { info: (_: object, line: string) => say(line), warn: (_: object, line: string) => warn(line) };
    this.#patience = { logger, longestMs, signal: stopping };
  }

  /** Resolves when the given servers can be used. @throws StartRefusedError with the setting and the reason */
  async reachable(): Promise<void> {
    const { databaseUrl, kafkaBrokers } = this;
    const checks: Promise<void>[] = [];
    if (databaseUrl !== undefined) {
      say(`PostgreSQL: ${shownDatabase(databaseUrl)}, from SIGNET_DATABASE_URL`);
      checks.push(reachableDatabase(databaseAt(databaseUrl), this.#patience));
    }
    if (kafkaBrokers !== undefined) {
      say(`Kafka: ${kafkaBrokers}, from SIGNET_KAFKA_BROKERS`);
      checks.push(reachableKafka(clientOf(kafkaBrokers), this.#patience));
    }
    await Promise.all(checks);
  }

  /** Compares the installation as the services do, before we make topics. @throws StartRefusedError when a server is another installation's */
  async compare(installation: string): Promise<void> {
    const { databaseUrl, kafkaBrokers } = this;
    if (databaseUrl !== undefined) {
      await withClient(databaseAt(databaseUrl), async (client) => {
        for (const schema of SCHEMAS) await compareWithDatabase(client, schema, { installation, prefix: this.#prefix });
      });
    }
    if (kafkaBrokers !== undefined) await compareWithKafka(clientOf(kafkaBrokers), installation);
  }
}

const clientOf = (brokers: string) => kafkaClientAt(brokers, CLIENT_ID);
