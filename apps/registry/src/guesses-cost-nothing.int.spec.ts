import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hashApiKey } from '@signet/service-kit';
import { waitFor } from '@signet/testing';
import { KeyCache } from './auth/key-cache.ts';
import { TestBrowser } from './testing/browser.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry({ SIGNET_WRONG_KEY_LIMIT: '3', SIGNET_RATE_LIMIT: '3' });
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

test('after some wrong keys the next one is refused without a look-up, while known keys go on', async () => {
  expect((await tenant.call('GET', '/v1/webhooks')).status).toBe(200);
  const statuses: number[] = [];
  for (let count = 0; count < 5; count++) {
    statuses.push((await registry.call('GET', '/v1/webhooks', { key: `sgn_t_guess${count}` })).status);
  }
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  const cache = registry.service.app.get(KeyCache);
  const looked = [0, 4].map((count) => cache.isKnown(hashApiKey(`sgn_t_guess${count}`)));
  expect(looked).toEqual([true, false]);
  // After a change the registry reads its keys again; keys that were known before are read without the limit.
  expect((await registry.call('POST', '/v1/tenants', { body: { name: 'Shop' } })).status).toBe(201);
  expect((await tenant.call('GET', '/v1/webhooks')).status).toBe(200);
});

test('guesses of a session cost nothing, either, and a signed-in browser goes on', async () => {
  const browser = await TestBrowser.signIn(registry, tenant.key);
  const guess = TestBrowser.with(registry, 'signet-session=sgn_se_guess');
  // The address has used up its wrong keys above; in the meantime it may have got one back.
  await waitFor(async () => (await guess.call('GET', '/v1/webhooks')).status === 429, { what: 'the limit' });
  expect((await browser.call('GET', '/v1/webhooks')).status).toBe(200);
});

test('a key with too many requests gets 429 with a Retry-After', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => tenant.call('GET', '/v1/webhooks')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.json).toMatchObject({ code: 'rate_limited', status: 429 });
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  expect(answers.filter(({ status }) => status !== 429 && status !== 200)).toEqual([]);
});
