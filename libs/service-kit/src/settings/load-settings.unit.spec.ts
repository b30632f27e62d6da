import { describe, expect, test } from '@jest/globals';
import { describeSettings } from './describe-settings.ts';
import { loadSettings, SettingsError } from './load-settings.ts';
import { defineSettings, optionalSetting, setting } from './setting.ts';
import { sharedSettings } from './shared-settings.ts';
import { integer, list, oneOf, text } from './values.ts';

const { service: _ports, ...groups } = sharedSettings;
const everything = defineSettings({
  ...sharedSettings.service({ port: 3000, managementPort: 3100 }),
  ...groups.startup,
  ...groups.installation,
  ...groups.kafka,
  ...groups.database,
  ...groups.sealing,
  ...groups.operatorKey,
  ...groups.egress,
  ...groups.retries,
  ...groups.failures,
  ...groups.retention,
  ...groups.sources,
});

const KEY = Buffer.alloc(32, 7).toString('base64');
const needed = {
  SIGNET_INSTALLATION: 'shop-test',
  SIGNET_KAFKA_BROKERS: 'kafka-1:9092, [::1]:9092',
  SIGNET_DATABASE_URL: 'postgres://signet:hush@db:5432/signet',
  SIGNET_SEALING_KEYS: `k1:${KEY}`,
};

const faultsOf = (environment: Record<string, string>): string[] => {
  try {
    loadSettings(everything, { ...needed, ...environment });
  } catch (error) {
    if (error instanceof SettingsError) return error.faults.map((fault) => fault.sentence);
    throw error;
  }
  return [];
};

describe('settings', () => {
  test('are parsed once, with their defaults', () => {
    const settings = loadSettings(everything, needed);
    expect(settings).toMatchObject({
      SIGNET_HTTP_PORT: 3000,
      SIGNET_KAFKA_BROKERS: ['kafka-1:9092', '[::1]:9092'],
      SIGNET_RETRY_SCHEDULE: [60_000, 300_000, 900_000, 3_600_000, 14_400_000],
      SIGNET_RETRY_JITTER: 0.1,
      SIGNET_REQUEST_TIMEOUT: 15_000,
      SIGNET_ALERT_ON_FAILURES: [3, 5, 10],
      SIGNET_RETENTION: 7_776_000_000,
      SIGNET_EGRESS_ALLOW: [],
      SIGNET_OPERATOR_KEY: undefined,
    });
    expect(settings.SIGNET_SOURCE_TOPICS).toContain('shop.repair_order');
    expect(settings.SIGNET_SEALING_KEYS.activeKeyId).toBe('k1');
  });

  test('count as unset when they are empty', () => {
    const settings = loadSettings(everything, { ...needed, SIGNET_HTTP_PORT: ' ', SIGNET_OPERATOR_KEY: '' });
    expect(settings).toMatchObject({ SIGNET_HTTP_PORT: 3000, SIGNET_OPERATOR_KEY: undefined });
  });

  test('may mean nothing by being empty, where they say so', () => {
    const allow = setting(
      list(
        text((raw) => raw, 'is fine'),
        { min: 0 },
      ),
      'x',
      { default: '127.0.0.0/8', emptyIsValue: true },
    );
    expect(loadSettings({ ALLOW: allow }, { ALLOW: '' })).toEqual({ ALLOW: [] });
    expect(loadSettings({ ALLOW: allow }, {})).toEqual({ ALLOW: ['127.0.0.0/8'] });
  });

  test('that are bad are all named at once, each with its rule', () => {
    const faults = faultsOf({ SIGNET_HTTP_PORT: '99999', SIGNET_RETRY_SCHEDULE: '1m,soon', SIGNET_KAFKA_BROKERS: '' });
    expect(faults).toEqual([
      'SIGNET_HTTP_PORT must be a whole number from 0 to 65535, but it is "99999".',
      'SIGNET_KAFKA_BROKERS is not set. Kafka brokers as host:port separated by commas.',
      'SIGNET_RETRY_SCHEDULE has the item "soon", which must be a duration such as 250ms, 15s, 1m, 4h or 90d, but it is "1m,soon".',
    ]);
  });

  test.each([
    ['SIGNET_KAFKA_BROKERS', 'kafka'],
    ['SIGNET_KAFKA_BROKERS', 'kafka:9092,,'],
    ['SIGNET_DATABASE_URL', 'mysql://db/signet'],
    ['SIGNET_DATABASE_URL', 'postgres://db'],
    ['SIGNET_SEALING_KEYS', 'k1:c2hvcnQ='],
    ['SIGNET_EGRESS_ALLOW', '10.0.0.0/33'],
    ['SIGNET_RETRY_JITTER', '1.5'],
    ['SIGNET_MAX_ATTEMPTS', '0'],
    ['SIGNET_RETENTION', '1h'],
    ['SIGNET_LOG_LEVEL', 'loud'],
    ['SIGNET_SOURCE_TOPICS', 'shop sale'],
    ['SIGNET_OPERATOR_KEY', 'short'],
    ['SIGNET_INSTALLATION', 'two words'],
    ['SIGNET_INSTALLATION', 'x'.repeat(65)],
  ])('%s=%s is refused by name', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} (must|has) .+\\.$`))]);
  });

  test('that are secret are not repeated', () => {
    const faults = faultsOf({
      SIGNET_DATABASE_URL: 'mysql://root:hush@db/x',
      SIGNET_SEALING_KEYS: 'k1:hush',
      SIGNET_OPERATOR_KEY: 'hush',
    });
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain('hush');
  });

  test('are described for people', () => {
    const described = describeSettings({
      A: setting(integer(1, 9), 'How many.', { default: '3' }),
      B: optionalSetting(oneOf(['x', 'y']), 'One | other.'),
      C: setting(integer(1, 9), 'Needed.'),
      D: setting(list(integer(1, 9), { min: 0 }), 'May be none.', { default: '' }),
    });
    expect(described.split('\n')).toEqual([
      '| A | `3` | How many. |',
      '| B | none | One \\| other. |',
      '| C | required | Needed. |',
      '| D | empty | May be none. |',
    ]);
  });
});
