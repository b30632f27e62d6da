import { expect, test } from '@jest/globals';
import { secretsOfFile, secretsOfSettings } from './secrets-to-search.ts';

test('every secret of the settings is searched for, each sealing key by itself', () => {
  expect(
    secretsOfSettings({
      SIGNET_SEALING_KEYS: '2027:bmV3,2026:b2xk',
      SIGNET_OPERATOR_KEY: 'the-operator',
      SIGNET_DATABASE_URL: 'postgres://signet:p%40ss@db/signet',
      SIGNET_KAFKA_PASSWORD: undefined,
    }),
  ).toEqual([
    { name: 'sealing key 2027', value: 'bmV3' },
    { name: 'sealing key 2026', value: 'b2xk' },
    { name: 'SIGNET_OPERATOR_KEY', value: 'the-operator' },
    { name: 'password of SIGNET_DATABASE_URL', value: 'p@ss' },
  ]);
});

test('a file has one secret on each line; an invalid line is named, and not shown', () => {
  expect(secretsOfFile('webhook=whsec_a=b\n\nkey=k\n')).toEqual([
    { name: 'webhook', value: 'whsec_a=b' },
    { name: 'key', value: 'k' },
  ]);
  expect(() => secretsOfFile('a=b\nwhsec_secret')).toThrow(/^Line 2 of the file with secrets is not NAME=VALUE\.$/);
});
