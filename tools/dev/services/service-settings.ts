import { loadSettings } from '@signet/service-kit';
import type { SettingDefinitions } from '@signet/service-kit';
import { settings as delivery } from '../../../apps/delivery/src/config.ts';
import { settings as ingestion } from '../../../apps/ingestion/src/config.ts';
import { settings as registry } from '../../../apps/registry/src/config.ts';
import { nearestName } from './nearest-name.policy.ts';
import { DEV_SETTINGS } from '../settings.ts';

const SERVICES: SettingDefinitions = { ...registry, ...ingestion, ...delivery };
/** Settings that `npm start` decides for each service, whatever the environment says. */
const DECIDED: ReadonlySet<string> = new Set(['SIGNET_HTTP_PORT', 'SIGNET_MANAGEMENT_PORT', 'SIGNET_TRUSTED_PROXIES']);
/** Settings that only Signet's tests read. */
const OF_TESTS = /^SIGNET_TEST_/;

/**
 * Checks the settings of the services before anything is started: a service would find a bad one only after PostgreSQL and Kafka run, and
 * would ignore an unknown name, since it may be a setting of another service.
 *
 * @returns sentences about settings that change nothing
 * @throws SettingsError with a sentence for each bad value
 */
export function checkServiceSettings(environment: NodeJS.ProcessEnv): string[] {
  const isOurs = (name: string): boolean => name.startsWith('SIGNET_') || Object.hasOwn(SERVICES, name);
  const names = Object.keys(environment).filter((name) => isOurs(name) && !OF_TESTS.test(name));
  const given = Object.fromEntries(
    names
      .map(settingOf)
      .filter((name) => !DECIDED.has(name))
      .flatMap((name) => {
        const setting = SERVICES[name];
        // Rules between settings are left to the service, which has all of its settings.
        return setting === undefined ? [] : [[name, { ...setting, check: undefined }]];
      }),
  ) as SettingDefinitions;
  loadSettings(given, environment);
  return names.flatMap((name) => sentenceAbout(name));
}

function sentenceAbout(name: string): string[] {
  if (DECIDED.has(name)) return [`${name} changes nothing here: npm start chooses it for each service.`];
  if (settingOf(name) in SERVICES || name in DEV_SETTINGS) return [];
  const meant = nearestName(name, [...Object.keys(SERVICES), ...Object.keys(DEV_SETTINGS)]);
  const hint = meant === undefined ? 'docs/guides/settings.md has all settings.' : `Do you mean ${meant}?`;
  return [`${name} is no setting of Signet and changes nothing. ${hint}`];
}

/** A secret may be in a file that the variable with this ending names. */
const settingOf = (name: string): string => {
  const secret = name.replace(/_FILE$/, '');
  return secret !== name && SERVICES[secret]?.secret ? secret : name;
};
