import { expect, test } from '@jest/globals';
import { reasonAgainstKeys } from './sealing-keys.policy.ts';

const stored = (keyId: string, key: 'opens' | 'missing' | 'other', webhooks = 1) => ({ keyId, webhooks, key });

test('keys that open everything, or an empty database, are no reason to refuse the start', () => {
  expect(reasonAgainstKeys([], [])).toBeUndefined();
  expect(reasonAgainstKeys([stored('2025', 'opens'), stored('2026', 'opens')], [])).toBeUndefined();
});

test('each missing key id is named, with the number of its webhooks', () => {
  const reason = reasonAgainstKeys(
    [stored('2024', 'missing', 12), stored('2025', 'missing'), stored('2026', 'opens')],
    [],
  );
  expect(reason).toContain('no key with the id "2024", which sealed the secrets of 12 webhooks of this database');
  expect(reason).toContain('no key with the id "2025", which sealed the secrets of 1 webhook of this database');
  expect(reason).not.toContain('2026');
  expect(reason).toMatch(/another installation.*SIGNET_DATABASE_URL.*SIGNET_LOST_SEALING_KEYS/);
});

test('a key that has the id of another one is named as well', () => {
  expect(reasonAgainstKeys([stored('local1', 'other', 3)], [])).toContain(
    'The key "local1" in SIGNET_SEALING_KEYS is another one than the key with this id that sealed the secrets of 3 webhooks',
  );
});

test('a key that is known to be lost is no reason to refuse the start', () => {
  expect(reasonAgainstKeys([stored('2024', 'missing'), stored('2025', 'other')], ['2024', '2025'])).toBeUndefined();
  expect(reasonAgainstKeys([stored('2024', 'missing'), stored('2025', 'missing')], ['2024'])).toContain('"2025"');
});
