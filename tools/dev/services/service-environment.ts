import type { DataDir } from '../data-folder/data-dir.ts';
import type { Keys } from '../demo/keys.ts';
import { SECRETS } from '../settings.ts';
import type { DevSettings } from '../settings.ts';

/** What the services of one installation share. */
export interface ServicePlaces {
  readonly settings: DevSettings;
  readonly dataDir: DataDir;
  readonly keys: Keys;
  readonly databaseUrl: string;
  readonly kafkaBrokers: string;
}

/** The environment of a process of a service: the user's own SIGNET_* settings pass through, except what is decided here. */
export function serviceEnvironment(
  { settings, dataDir, keys, databaseUrl, kafkaBrokers }: ServicePlaces,
  { port, managementPort }: { port: number; managementPort: number },
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...Object.fromEntries(SECRETS.map((name) => [`${name}_FILE`, undefined])),
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? dataDir.compiled,
    // Shorter than the launcher's own wait, so that the service itself ends and says which server it waits for.
    SIGNET_STARTUP_WAIT: settings.startupWait,
    SIGNET_HOST: '127.0.0.1',
    // The gateway's address: its forwarding headers give the caller's address.
    SIGNET_TRUSTED_PROXIES: '127.0.0.1/32',
    SIGNET_HTTP_PORT: String(port),
    SIGNET_MANAGEMENT_PORT: String(managementPort),
    SIGNET_INSTALLATION: keys.installation,
    SIGNET_DATABASE_URL: databaseUrl,
    SIGNET_KAFKA_BROKERS: kafkaBrokers,
    SIGNET_SEALING_KEYS: keys.sealingKeys,
    SIGNET_OPERATOR_KEY: keys.operatorKey,
    SIGNET_EGRESS_ALLOW: settings.egressAllow,
    SIGNET_SOURCE_TOPICS: settings.sourceTopics.join(','),
  };
}
