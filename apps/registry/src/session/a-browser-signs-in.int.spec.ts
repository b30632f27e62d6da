import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cookieOf, SAME_ORIGIN, TestBrowser, tokenOf } from '../testing/browser.ts';
import type { TestRegistry, TestTenant } from '../testing/registry.ts';
import { startRegistry } from '../testing/registry.ts';

const OVER_TLS = { 'x-forwarded-proto': 'https' };
const NEW_TENANT = { name: 'Shop' };

let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry({ SIGNET_TRUSTED_PROXIES: '127.0.0.1/32' });
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

describe('a browser', () => {
  test('exchanges a key for a cookie, which no script can read and which tells nothing', async () => {
    const answer = await registry.call('POST', '/v1/session', { key: tenant.key });
    const { keyId, expiresAt, ...who } = answer.json;
    expect(who).toEqual({ keyName: 'Till', keyPrefix: tenant.key.slice(0, 12), role: 'tenant', tenantId: tenant.id });
    const hours = (Date.parse(String(expiresAt)) - Date.now()) / 3_600_000;
    expect(hours).toBeCloseTo(12, 1);
    const [cookie, ...others] = answer.headers.getSetCookie();
    expect(others).toEqual([]);
    expect(cookie).toMatch(/^signet-session=sgn_se_\w{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(JSON.stringify(answer.json)).not.toContain('sgn_se_');
    const browser = TestBrowser.with(registry, cookieOf(answer));
    expect((await browser.call('GET', '/v1/session')).json).toEqual({ ...who, keyId, expiresAt });
  });

  test('has the rights of its key, and no others; a change names the key', async () => {
    const browser = await TestBrowser.signIn(registry, tenant.key);
    const { id } = await tenant.newWebhook();
    expect((await browser.call('GET', `/v1/webhooks/${id}`)).status).toBe(200);
    expect(await browser.change('POST', '/v1/tenants', NEW_TENANT)).toMatchObject({
      status: 403,
      json: { code: 'role_not_allowed' },
    });
    expect((await browser.change('POST', `/v1/webhooks/${id}/disable`)).status).toBe(200);
    const [disabled, registered] = (await tenant.call('GET', `/v1/webhooks/${id}/history`)).json.data;
    expect([disabled.type, disabled['actor']]).toEqual(['WebhookDisabled', registered?.['actor']]);
  });

  test('over TLS gets a cookie for this host alone, and no other one is accepted', async () => {
    const answer = await registry.call('POST', '/v1/session', { key: tenant.key, headers: OVER_TLS });
    const attributes = /; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/;
    expect(answer.headers.getSetCookie()[0]).toMatch(attributes);
    const cookie = cookieOf(answer);
    expect(cookie).toMatch(/^__Host-signet-session=/);
    const read = (sent: string) => TestBrowser.with(registry, sent).call('GET', '/v1/session', { headers: OVER_TLS });
    expect((await read(cookie)).status).toBe(200);
    expect((await read(cookie.replace('__Host-', ''))).json).toMatchObject({ code: 'missing_api_key' });
  });

  test('with a key in Authorization is the owner of that key', async () => {
    const { cookie } = await TestBrowser.signIn(registry, tenant.key);
    const answer = await registry.call('GET', '/v1/session', { headers: { cookie } });
    expect(answer.json).toMatchObject({ role: 'operator', tenantId: null, expiresAt: null });
    const wrong = await registry.call('GET', '/v1/session', { key: 'sgn_tn_wrong', headers: { cookie } });
    expect(wrong.json).toMatchObject({ code: 'unknown_api_key' });
  });

  test.each([
    ['its API key', () => tenant.key],
    ['nonsense', () => 'nonsense'],
    ['a token of its own making', () => `sgn_se_${'A'.repeat(43)}`],
  ])('with %s in the cookie is nobody', async (_what, token) => {
    const answer = await TestBrowser.with(registry, `signet-session=${token()}`).call('GET', '/v1/webhooks');
    expect(answer).toMatchObject({ status: 401, json: { code: 'unknown_session' } });
  });

  test('cannot use the token as an API key, nor prolong its session', async () => {
    const browser = await TestBrowser.signIn(registry, tenant.key);
    const asKey = await registry.call('GET', '/v1/session', { key: tokenOf(browser.cookie) });
    expect(asKey.json).toMatchObject({ code: 'unknown_api_key' });
    const again = await browser.change('POST', '/v1/session');
    expect(again).toMatchObject({ status: 403, json: { code: 'api_key_needed' } });
  });

  test('does not sign in with the key of a producer', async () => {
    const answer = await registry.call('POST', '/v1/session', { key: await tenant.newKey('producer') });
    expect(answer).toMatchObject({ status: 403, json: { code: 'role_not_allowed' } });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('with the key of a suspended tenant signs in and out, and only reads', async () => {
    const other = await registry.newTenant();
    await registry.call('POST', `/v1/tenants/${other.id}/suspend`, { body: { reason: 'Unpaid' } });
    const browser = await TestBrowser.signIn(registry, other.key);
    expect((await browser.call('GET', '/v1/webhooks')).status).toBe(200);
    const webhook = { name: 'W', url: 'https://shop.example/w', events: ['sale.created'] };
    expect(await browser.change('POST', '/v1/webhooks', webhook)).toMatchObject({
      status: 403,
      json: { code: 'tenant_suspended' },
    });
    expect((await browser.change('DELETE', '/v1/session')).status).toBe(204);
  });
});

describe('a page', () => {
  test('of another site changes nothing, whatever it asks for', async () => {
    const browser = await TestBrowser.signIn(registry, registry.operatorKey);
    const senders: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      {},
    ];
    const before = (await registry.call('GET', '/v1/tenants')).json.data;
    for (const headers of senders) {
      for (const [method, path] of [
        ['POST', '/v1/tenants'],
        ['POST', '/v1/session'],
        ['DELETE', '/v1/session'],
      ] as const) {
        const { status, json } = await browser.call(method, path, { body: NEW_TENANT, headers });
        expect({ headers, method, path, status, code: json['code'] }).toEqual({
          ...{ headers, method, path },
          ...{ status: 403, code: 'other_origin' },
        });
      }
    }
    expect((await registry.call('GET', '/v1/tenants')).json.data).toEqual(before);
    expect((await browser.call('GET', '/v1/session')).status).toBe(200);
  });

  test('of this address does, as Sec-Fetch-Site or Origin says', async () => {
    const { cookie } = await TestBrowser.signIn(registry, registry.operatorKey);
    const browser = TestBrowser.with(registry, `${cookie}; __Host-${cookie}`);
    const senders: Record<string, string>[] = [
      SAME_ORIGIN,
      { origin: registry.service.url },
      { origin: 'https://signet.example', 'x-forwarded-host': 'signet.example', ...OVER_TLS },
    ];
    for (const headers of senders) {
      const { status } = await browser.call('POST', '/v1/tenants', { body: NEW_TENANT, headers });
      expect({ headers, status }).toEqual({ headers, status: 201 });
    }
  });

  test('of another site is no matter for a request with a key', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await registry.call('POST', '/v1/tenants', { body: NEW_TENANT, headers })).status).toBe(201);
  });
});
