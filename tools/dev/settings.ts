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
  readonly operatorKey: string | undefined;
  readonly sealingKeys: string | undefined;
  /** CIDRs that deliveries may go to although the egress guard refuses them; `''` is a value. */
  readonly egressAllow: string;
  readonly sourceTopics: readonly string[];
}

const LOOPBACK = '127.0.0.0/8,::1/128';
const SOURCE_TOPICS = 'shop.sale,shop.inventory,shop.customer,shop.repair_order,shop.purchase_order';

/** Throws a sentence that names the variable. An empty variable counts as unset, except where it means something. */
export function readSettings(env: NodeJS.ProcessEnv): DevSettings {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  return {
    dataDir: resolve(ROOT, given('SIGNET_DATA_DIR') ?? '.signet'),
    cacheDir: resolve(ROOT, given('SIGNET_CACHE_DIR') ?? defaultCacheDir(env)),
    port: portOf('SIGNET_PORT', given('SIGNET_PORT') ?? '8080'),
    host: given('SIGNET_HOST') ?? '127.0.0.1',
    databaseUrl: given('SIGNET_DATABASE_URL'),
    kafkaBrokers: given('SIGNET_KAFKA_BROKERS'),
    operatorKey: given('SIGNET_OPERATOR_KEY'),
    sealingKeys: given('SIGNET_SEALING_KEYS'),
    egressAllow: env['SIGNET_EGRESS_ALLOW'] ?? LOOPBACK,
    sourceTopics: (given('SIGNET_SOURCE_TOPICS') ?? SOURCE_TOPICS).split(',').map((topic) => topic.trim()),
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
