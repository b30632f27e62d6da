import { UsageError } from '@signet/service-kit';
import type { Secret } from '@signet/service-kit';

/** Settings from which Signet's own secrets are known. */
export interface SecretSettings {
  readonly SIGNET_SEALING_KEYS: string | undefined;
  readonly SIGNET_OPERATOR_KEY: string | undefined;
  readonly SIGNET_DATABASE_URL: string;
  readonly SIGNET_KAFKA_PASSWORD: string | undefined;
}

/** The secrets that the settings hold; each sealing key by itself. */
export function secretsOfSettings(settings: SecretSettings): Secret[] {
  const keys = (settings.SIGNET_SEALING_KEYS ?? '').split(',').filter(Boolean);
  const all: readonly [name: string, value: string | undefined][] = [
    ...keys.map((key): [string, string] => [`sealing key ${key.split(':')[0]}`, key.slice(key.indexOf(':') + 1)]),
    ['SIGNET_OPERATOR_KEY', settings.SIGNET_OPERATOR_KEY],
    ['password of SIGNET_DATABASE_URL', decodeURIComponent(new URL(settings.SIGNET_DATABASE_URL).password)],
    ['SIGNET_KAFKA_PASSWORD', settings.SIGNET_KAFKA_PASSWORD],
  ];
  return all.flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

/**
 * Reads a file with one secret on each line, as NAME=VALUE. @throws UsageError that names the line, and shows nothing
 * of it
 */
export function secretsOfFile(text: string): Secret[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const at = line.indexOf('=');
    if (at < 1) throw new UsageError(`Line ${index + 1} of the file with secrets is not NAME=VALUE.`);
    return [{ name: line.slice(0, at), value: line.slice(at + 1) }];
  });
}
