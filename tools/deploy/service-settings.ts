import type { SettingDefinitions } from '@signet/service-kit';
import { loadSettings, SettingsError } from '@signet/service-kit';
import { settings as delivery } from '../../apps/delivery/src/config.ts';
import { settings as ingestion } from '../../apps/ingestion/src/config.ts';
import { settings as registry } from '../../apps/registry/src/config.ts';
import type { ServiceName } from '../dev/gateway/gateway-routes.ts';

export const DEFINITIONS: Readonly<Record<ServiceName, SettingDefinitions>> = { registry, ingestion, delivery };

/** Values in place of the contents of mounted secret files; certificates are left out, since no setting needs one. */
const SAMPLES: Readonly<Record<string, string>> = {
  SIGNET_DATABASE_URL: 'postgres://signet:secret@db.example.com:5432/signet?sslmode=verify-full',
  SIGNET_SEALING_KEYS: `1:${Buffer.alloc(32, 1).toString('base64')}`,
  SIGNET_OPERATOR_KEY: 'operator-key-of-a-test',
  SIGNET_KAFKA_PASSWORD: 'secret',
  SIGNET_SMTP_URL: 'smtp://signet:secret@mail.example.com:587',
};

/** What Node.js and the image read beside our settings. */
const OTHERS: ReadonlySet<string> = new Set(['NODE_COMPILE_CACHE', 'NODE_ENV', 'UV_THREADPOOL_SIZE']);

/**
 * Judges an environment as the service itself does at its start: names that no setting has, settings that are missing, values that
 * are refused.
 *
 * @returns a sentence for each fault
 */
export function settingsFaults(service: ServiceName, environment: Readonly<Record<string, string>>): string[] {
  const definitions = DEFINITIONS[service];
  const unknown = Object.keys(environment).filter((name) => !OTHERS.has(name) && !isKnown(name, definitions));
  return [...unknown.map((name) => `${name} is no setting of ${service}.`), ...refusals(definitions, environment)];
}

const isKnown = (name: string, definitions: SettingDefinitions): boolean =>
  Object.hasOwn(definitions, name) || definitions[name.replace(/_FILE$/, '')]?.secret === true;

function refusals(definitions: SettingDefinitions, environment: Readonly<Record<string, string>>): string[] {
  const read = Object.entries(environment).map(([name, value]) => {
    const secret = name.replace(/_FILE$/, '');
    return name === secret ? ([name, value] as const) : ([secret, SAMPLES[secret] ?? ''] as const);
  });
  try {
    loadSettings(definitions, Object.fromEntries(read));
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults.map(({ sentence }) => sentence);
    throw error;
  }
}
