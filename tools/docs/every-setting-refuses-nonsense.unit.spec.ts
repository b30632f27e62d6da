import { describe, expect, test } from '@jest/globals';
import { loadSettings, SettingsError } from '@signet/service-kit';
import { settings as delivery } from '../../apps/delivery/src/config.ts';
import { settings as ingestion } from '../../apps/ingestion/src/config.ts';
import { settings as registry } from '../../apps/registry/src/config.ts';

/** No setting can be this. */
const NONSENSE = 'no\u2603 sense, at all;';
/** What has no default, so that nothing else is at fault. */
const REQUIRED = {
  SIGNET_INSTALLATION: 'shop-production',
  SIGNET_KAFKA_BROKERS: 'kafka:9092',
  SIGNET_DATABASE_URL: 'postgres://signet:signet@postgres:5432/signet',
  SIGNET_SEALING_KEYS: `a:${Buffer.alloc(32).toString('base64')}`,
};

function sentencesOf(definitions: Parameters<typeof loadSettings>[0], environment: object): string[] {
  try {
    loadSettings(definitions, { ...REQUIRED, ...environment });
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message.split('\n');
  }
}

describe.each(Object.entries({ registry, ingestion, delivery }))('%s', (_service, definitions) => {
  test.each(Object.keys(definitions))('%s: nonsense stops the service with a sentence that names it', (name) => {
    const sentences = sentencesOf(definitions, { [name]: NONSENSE });
    expect(sentences).toEqual([expect.stringMatching(new RegExp(`^${name} (must|is|has|names) .*\\.$`))]);
    const { secret } = definitions[name as keyof typeof definitions];
    expect(sentences[0]?.includes(NONSENSE)).toBe(!secret);
  });

  test('all wrong settings are named at once', () => {
    const names = Object.keys(definitions);
    const sentences = sentencesOf(definitions, Object.fromEntries(names.map((name) => [name, NONSENSE])));
    expect(sentences.map((sentence) => sentence.split(' ')[0])).toEqual(names);
  });

  test('without any of them only those that have no default are missed', () => {
    const required = Object.keys(definitions).filter((name) => name in REQUIRED);
    const nothing = Object.fromEntries(Object.keys(REQUIRED).map((name) => [name, '']));
    const sentences = sentencesOf(definitions, nothing);
    expect(sentences.map((sentence) => sentence.split(' ').slice(0, 4).join(' '))).toEqual(
      required.map((name) => `${name} is not set.`),
    );
  });
});
