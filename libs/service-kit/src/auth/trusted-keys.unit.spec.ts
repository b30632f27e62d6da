import { expect, test } from '@jest/globals';
import type { ApiKeySnapshot } from '@signet/contracts';
import { Problem } from '../problem/problem.ts';
import { TrustedKeys } from './trusted-keys.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const known = { id: 'k' } as ApiKeySnapshot;
const session = { key: known, expiresAt: '2026-03-01T10:00:00.000Z' };
const bySession = (hash: string) => (hash === 'good' ? session : undefined);
const keys = (ageMs: number | undefined) =>
  new TrustedKeys({ byHash: (hash) => (hash === 'good' ? known : undefined), bySession }, () => ageMs, DAY_MS);

test('keys work while the registry is down for less than the limit', () => {
  expect(keys(DAY_MS).byHash('good')).toBe(known);
  expect(keys(undefined).byHash('bad')).toBeUndefined();
  expect(keys(DAY_MS).bySession('good')).toBe(session);
});

test.each([
  ['good key', 'good', 'byHash'],
  ['bad key', 'bad', 'byHash'],
  ['session', 'good', 'bySession'],
] as const)('beyond the limit a %s gets 503 and the reason', (_what, hash, by) => {
  let refused: unknown;
  try {
    keys(DAY_MS + 1)[by](hash);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(Problem);
  expect(refused).toMatchObject({ code: 'api_keys_outdated' });
  expect((refused as Problem).getStatus()).toBe(503);
  expect(String((refused as Error).message)).toContain('more than 1d');
});
