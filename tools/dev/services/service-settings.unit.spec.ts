import { expect, test } from '@jest/globals';
import { checkServiceSettings } from './service-settings.ts';

test('settings that are right are passed over', () => {
  const environment = {
    PATH: '/usr/bin',
    SIGNET_RETENTION: '5d',
    SIGNET_EGRESS_ALLOW: '',
    SIGNET_PORT: '8081',
    SIGNET_RATE_LIMIT: '',
    SIGNET_TEST_FOLDER: '/tmp',
    SIGNET_SMTP_URL_FILE: '/dev/null',
  };
  expect(checkServiceSettings(environment)).toEqual([]);
});

test('every bad value is named, with its rule', () => {
  const check = (): unknown => checkServiceSettings({ SIGNET_RETENTION: 'banana', SIGNET_LOG_LEVEL: 'loud' });
  expect(check).toThrow(/SIGNET_RETENTION must be a duration .*, but it is "banana"\.\nSIGNET_LOG_LEVEL /);
});

test('settings of OpenTelemetry are checked, too, where Signet reads them', () => {
  expect(() => checkServiceSettings({ OTEL_TRACES_SAMPLER: 'some' })).toThrow(/^OTEL_TRACES_SAMPLER must be one of/);
  expect(checkServiceSettings({ OTEL_LOG_LEVEL: 'loud' })).toEqual([]);
});

test('the value of a secret is not repeated', () => {
  expect(() => checkServiceSettings({ SIGNET_SEALING_KEYS: 'guessed' })).toThrow('SIGNET_SEALING_KEYS');
  expect(() => checkServiceSettings({ SIGNET_SEALING_KEYS: 'guessed' })).not.toThrow('guessed');
});

test('a name that no service knows changes nothing, and the setting that was probably meant is named', () => {
  expect(checkServiceSettings({ SIGNET_RETENTON: '5d', SIGNET_COLOUR: 'red' })).toEqual([
    'SIGNET_RETENTON is no setting of Signet and changes nothing. Do you mean SIGNET_RETENTION?',
    'SIGNET_COLOUR is no setting of Signet and changes nothing. docs/guides/settings.md has all settings.',
  ]);
});

test('a setting that npm start decides by itself is named', () => {
  expect(checkServiceSettings({ SIGNET_HTTP_PORT: '4000' })).toEqual([
    'SIGNET_HTTP_PORT changes nothing here: npm start chooses it for each service.',
  ]);
});
