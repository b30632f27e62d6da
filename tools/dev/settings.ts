import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm start` itself reads from the environment; everything else named SIGNET_* is passed on to the services. */
export interface DevSettings {
  readonly dataDir: string;
  /** Where jars and copies are kept between clones. */
  readonly cacheDir: string;
  /** The one public address. */
  readonly port: number;
  readonly host: string;
  /** undefined: start PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** undefined: start Kafka. */
  readonly kafkaBrokers: string | undefined;
  /** Before the names of Signet's own topics, groups and clients. */
  readonly prefix: string;
  /** undefined: made at the first start and kept in the data folder. */
  readonly installation: string | undefined;
  /** How long a PostgreSQL and Kafka that we do not run are waited for, as a duration is written. */
  readonly startupWait: string;
  readonly operatorKey: string | undefined;
  readonly sealingKeys: string | undefined;
  /** CIDRs that deliveries may go to although the egress guard refuses them; `''` is a value. */
  readonly egressAllow: string;
  readonly sourceTopics: readonly string[];
  /** How often Prometheus asks and Alertmanager tells under --watch; undefined: as deploy/ has it. */
  readonly watchInterval: string | undefined;
  /** Where Alertmanager's receivers are under --watch; undefined: as deploy/ has it. */
  readonly watchReceiver: string | undefined;
}

/** The settings of `npm start` with what they are when unset; docs/guides/settings.md is generated from here. */
export const DEV_SETTINGS = {
  SIGNET_PORT: {
    default: '8080',
    explanation: 'Port of the one public address. If it is taken, the next free port is used and printed.',
  },
  SIGNET_HOST: { default: '127.0.0.1', explanation: 'Address that the public port listens on.' },
  SIGNET_DATA_DIR: {
    default: '.signet',
    explanation: 'Folder of PostgreSQL, Kafka, keys and logs, relative to the root of the repository.',
  },
  SIGNET_CACHE_DIR: {
    default: '~/.cache/signet',
    explanation: "Folder of Kafka's jars, shared between clones; `$XDG_CACHE_HOME/signet` where that is set.",
  },
  SIGNET_DATABASE_URL: { default: 'embedded', explanation: 'Use this PostgreSQL instead of starting one.' },
  SIGNET_KAFKA_BROKERS: { default: 'embedded', explanation: 'Use this Kafka instead of starting one.' },
  SIGNET_INSTALLATION: {
    default: 'generated',
    explanation:
      'Name of this Signet; kept in the data folder. The start refuses a PostgreSQL or Kafka that belongs to another Signet.',
  },
  SIGNET_STARTUP_WAIT: {
    default: '30s',
    explanation: 'How long the start waits for a PostgreSQL or Kafka that it does not start itself.',
  },
  SIGNET_OPERATOR_KEY: { default: 'generated', explanation: 'The first operator key; a new one is printed once.' },
  SIGNET_SEALING_KEYS: {
    default: 'generated',
    explanation: 'Keys that encrypt stored secrets; kept in the data folder.',
  },
  SIGNET_EGRESS_ALLOW: {
    default: '127.0.0.0/8,::1/128',
    explanation: 'CIDRs of addresses that are not public and that deliveries may go to; empty: none.',
  },
  SIGNET_SOURCE_TOPICS: {
    default: 'shop.sale,shop.inventory,shop.customer,shop.repair_order,shop.purchase_order',
    explanation: 'Topics that are created and that ingestion reads.',
  },
  SIGNET_WATCH_INTERVAL: {
    default: '15s',
    explanation:
      'With --watch: how often Prometheus scrapes and evaluates rules, and how often Alertmanager notifies, in the notation of Prometheus: 1s, 15s, 1m.',
  },
  SIGNET_WATCH_RECEIVER: {
    default: 'http://127.0.0.1:9095',
    explanation:
      "With --watch: base URL of Alertmanager's receivers; each gets its own path below it, such as /platform-pages.",
  },
} as const;

/** Secrets that `npm start` decides for the services: it reads their files itself. */
export const SECRETS = ['SIGNET_DATABASE_URL', 'SIGNET_OPERATOR_KEY', 'SIGNET_SEALING_KEYS'] as const;

/** Throws a sentence that names the variable. An empty variable counts as unset, except where it means something. */
export function readSettings(env: NodeJS.ProcessEnv): DevSettings {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  const secret = (name: (typeof SECRETS)[number]): string | undefined => {
    const file = given(`${name}_FILE`);
    if (file === undefined) return given(name);
    if (given(name) !== undefined) throw new Error(`${name} and ${name}_FILE are both set; keep one of them.`);
    return readFileSync(file, 'utf8').trim();
  };
  const orDefault = (name: keyof typeof DEV_SETTINGS): string => given(name) ?? DEV_SETTINGS[name].default;
  return {
    dataDir: resolve(ROOT, orDefault('SIGNET_DATA_DIR')),
    cacheDir: resolve(ROOT, given('SIGNET_CACHE_DIR') ?? defaultCacheDir(env)),
    port: portOf('SIGNET_PORT', orDefault('SIGNET_PORT')),
    host: orDefault('SIGNET_HOST'),
    databaseUrl: secret('SIGNET_DATABASE_URL'),
    kafkaBrokers: given('SIGNET_KAFKA_BROKERS'),
    prefix: env['SIGNET_PREFIX'] ?? '',
    installation: given('SIGNET_INSTALLATION'),
    startupWait: orDefault('SIGNET_STARTUP_WAIT'),
    operatorKey: secret('SIGNET_OPERATOR_KEY'),
    sealingKeys: secret('SIGNET_SEALING_KEYS'),
    egressAllow: env['SIGNET_EGRESS_ALLOW'] ?? DEV_SETTINGS.SIGNET_EGRESS_ALLOW.default,
    sourceTopics: orDefault('SIGNET_SOURCE_TOPICS')
      .split(',')
      .map((topic) => topic.trim()),
    watchInterval: given('SIGNET_WATCH_INTERVAL'),
    watchReceiver: given('SIGNET_WATCH_RECEIVER'),
  };
}

/** XDG's cache folder, else ~/.cache; beside the project where there is no home. */
export function defaultCacheDir(env: NodeJS.ProcessEnv): string {
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'signet');
  return env['HOME'] ? join(env['HOME'], '.cache/signet') : join(ROOT, '.signet/cache');
}

function portOf(name: string, value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`${name} must be a port from 1 to 65535, not "${value}".`);
  return port;
}
