import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REGISTRY_API_KEYS } from '@signet/contracts';
import { hashApiKey } from '@signet/service-kit';
import { waitFor } from '@signet/testing';
import pg from 'pg';
import { ask } from '../testing/answers.ts';
import { TestBrowser, tokenOf } from '../testing/browser.ts';
import type { TestRegistry, TestTenant } from '../testing/registry.ts';
import { startRegistry } from '../testing/registry.ts';
import { SESSIONS_PER_KEY } from './sessions.ts';

/** The longest time in which another replica or service may still accept a session that has ended. */
const REFUSED_WITHIN = { timeoutMs: 5_000 };

let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

const isRefused = async ({ cookie }: TestBrowser, url = registry.service.url): Promise<boolean> => {
  const { status, json } = await ask(`${url}/v1/webhooks`, 'GET', { headers: { cookie } });
  return status === 401 && json['code'] === 'unknown_session';
};

test('by signing out: at once here, soon on other replicas; other sessions of the key go on', async () => {
  const replica = await registry.replica();
  const [browser, other] = [
    await TestBrowser.signIn(registry, tenant.key),
    await TestBrowser.signIn(registry, tenant.key),
  ];
  expect(await isRefused(browser, replica.url)).toBe(false);
  const answer = await browser.change('DELETE', '/v1/session');
  expect(answer.status).toBe(204);
  expect(answer.headers.getSetCookie()).toEqual(['signet-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict']);
  expect(await isRefused(browser)).toBe(true);
  await waitFor(() => isRefused(browser, replica.url), { what: 'the other replica to refuse it', ...REFUSED_WITHIN });
  expect(await isRefused(other)).toBe(false);
  const withoutSession = await tenant.call('DELETE', '/v1/session');
  expect(withoutSession).toMatchObject({ status: 404, json: { code: 'session_not_found' } });
});

test('with its key', async () => {
  const browser = await TestBrowser.signIn(registry, await tenant.newKey('tenant'));
  const { keyId } = (await browser.call('GET', '/v1/session')).json;
  await registry.call('DELETE', `/v1/api-keys/${String(keyId)}`);
  expect(await isRefused(browser)).toBe(true);
});

test('when its time is over', async () => {
  const browser = await TestBrowser.signIn(registry, tenant.key);
  expect(await isRefused(browser)).toBe(false);
  const database = new pg.Client({ connectionString: registry.database.url });
  await database.connect();
  const hash = hashApiKey(tokenOf(browser.cookie));
  await database.query('update registry.sessions set expires_at = now() where hash = $1', [hash]);
  await database.end();
  await waitFor(() => isRefused(browser), { what: 'it to be refused', ...REFUSED_WITHIN });
});

test('when its key has more sessions than it may have, and it is the oldest', async () => {
  const key = await tenant.newKey('tenant');
  const browsers: TestBrowser[] = [];
  for (let count = 0; count <= SESSIONS_PER_KEY; count++) browsers.push(await TestBrowser.signIn(registry, key));
  const refused = await Promise.all(browsers.map((browser) => isRefused(browser)));
  expect(refused.map((is, place) => (is ? place : null)).filter((place) => place !== null)).toEqual([0]);
});

test('other services learn of both with the record of its key, which has no token', async () => {
  const topic = await registry.follow(REGISTRY_API_KEYS);
  const browser = await TestBrowser.signIn(registry, await tenant.newKey('tenant'));
  const { keyId, expiresAt } = (await browser.call('GET', '/v1/session')).json;
  const texts = () => topic.recordsOf(String(keyId)).map(({ value }) => String(value));
  const sessions = () => (JSON.parse(texts().at(-1) ?? '{}') as { sessions?: object[] }).sessions;
  await waitFor(() => sessions()?.length === 1, { what: 'the session' });
  expect(sessions()).toEqual([{ hash: hashApiKey(tokenOf(browser.cookie)), expiresAt }]);
  const before = texts().length;
  await browser.change('DELETE', '/v1/session');
  await waitFor(() => texts().length > before && sessions() === undefined, { what: 'its end' });
  expect(texts().join()).not.toContain(tokenOf(browser.cookie));
});
