import { expect, test } from '@jest/globals';
import type { ApiKeySnapshot } from '@signet/contracts';
import { Problem } from '../problem/problem.ts';
import { TrustedKeys } from './trusted-keys.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const known = { id: 'k' } as ApiKeySnapshot;
const keys = (ageMs: number | undefined) =>
  new TrustedKeys({ byHash: (hash) => (hash === 'good' ? known : undefined) }, () => ageMs, DAY_MS);

test('keys work while the registry is down for less than the limit', () => {
  expect(keys(DAY_MS).byHash('good')).toBe(known);
  expect(keys(undefined).byHash('bad')).toBeUndefined();
});

test.each(['good', 'bad'])('beyond the limit a %s key gets 503 and the reason', (hash) => {
  let refused: unknown;
  try {
    keys(DAY_MS + 1).byHash(hash);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(Problem);
  expect(refused).toMatchObject({ code: 'api_keys_outdated' });
  expect((refused as Problem).getStatus()).toBe(503);
  expect(String((refused as Error).message)).toContain('more than 1d');
});
