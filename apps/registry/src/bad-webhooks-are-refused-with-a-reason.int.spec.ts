import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expired, selfSigned } from '@signet/testing';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

const good = { name: 'Orders', url: 'https://shop.example/hook', events: ['sale.created'] };
const [{ cert, key }, another] = [selfSigned('shop.example'), selfSigned('other.example')];
const past = expired('shop.example');
const withKey = (certificate: unknown, ofKey: unknown = key) => ({ clientCertificate: { certificate, key: ofKey } });
/** A wrong value, its field, and the rule that it breaks: programs compare the rule, people read a sentence. */
const bad: [field: string, rule: string, wrong: object][] = [
  ['name', 'required', { name: undefined }],
  ['name', 'invalid_type', { name: null }],
  ['name', 'invalid_type', { name: 7 }],
  ['name', 'pattern', { name: '' }],
  ['name', 'pattern', { name: '   ' }],
  ['name', 'too_big', { name: 'x'.repeat(256) }],
  ['name', 'characters', { name: 'a\u0000b' }],
  ['name', 'characters', { name: 'a\ud800b' }],
  ['description', 'invalid_type', { description: 7 }],
  ['description', 'too_big', { description: 'x'.repeat(2001) }],
  ['description', 'characters', { description: '\u0000' }],
  ['url', 'required', { url: undefined }],
  ['url', 'invalid_type', { url: null }],
  ['url', 'too_small', { url: '' }],
  ['url', 'too_big', { url: `https://shop.example/${'x'.repeat(2048)}` }],
  ['url', 'scheme', { url: 'shop.example' }],
  ['url', 'scheme', { url: 'ftp://shop.example' }],
  ['url', 'scheme', { url: 'javascript:alert(1)' }],
  ['url', 'scheme', { url: 'https:///hook' }],
  ['url', 'characters', { url: 'https://shop.example/ hook' }],
  ['url', 'characters', { url: 'https://shop.example/a\tb' }],
  ['url', 'characters', { url: 'https://shop.example\\@elsewhere.example' }],
  ['url', 'fragment', { url: 'https://shop.example/#a' }],
  ['url', 'credentials', { url: 'https://u:p@shop.example/' }],
  ['url', 'credentials', { url: 'https://u@shop.example/' }],
  ['url', 'host', { url: 'https://shop..example/' }],
  ['url', 'host', { url: 'https://-.example/' }],
  ['url', 'port', { url: 'https://shop.example:0/' }],
  ['url', 'url', { url: 'https://shop.example:99999/' }],
  ['url', 'internal_name', { url: 'http://localhost/' }],
  ['url', 'internal_name', { url: 'http://LOCALHOST./' }],
  ['url', 'internal_name', { url: 'http://intranet/' }],
  ['url', 'internal_name', { url: 'http://metadata.google.internal/' }],
  ['url', 'internal_name', { url: 'http://kubernetes.default.svc/' }],
  ['url', 'internal_name', { url: 'http://kubernetes.default/' }],
  ['url', 'internal_name', { url: 'http://nas.lan/' }],
  ['url', 'dot_segments', { url: 'https://shop.example/a/../hook' }],
  ['url', 'dot_segments', { url: 'https://shop.example/%2E/hook' }],
  ['url', 'characters', { url: 'https://shop.example/café' }],
  ['url', 'blocked_address', { url: 'http://10.1.2.3/' }],
  ['url', 'blocked_address', { url: 'http://2130706433/' }],
  ['url', 'blocked_address', { url: 'http://0x7f.1/' }],
  ['url', 'blocked_address', { url: 'http://169.254.169.254/' }],
  ['url', 'blocked_address', { url: 'http://[fd00::1]/' }],
  ['url', 'blocked_address', { url: 'http://[::ffff:10.0.0.1]/' }],
  ['events', 'required', { events: undefined }],
  ['events', 'too_small', { events: [] }],
  ['events', 'invalid_type', { events: 'sale.created' }],
  ['events.0', 'invalid_type', { events: [7] }],
  ['events.0', 'unknown_event_type', { events: ['sale.lost'] }],
  ['events.0', 'unknown_event_type', { events: ['Sale.Created'] }],
  ['events.0', 'unknown_event_type', { events: ['*'] }],
  ['events.1', 'repeated_event', { events: ['sale.created', 'sale.created'] }],
  ['secret', 'invalid_type', { secret: 7 }],
  ['secret', 'printable_ascii', { secret: 'short' }],
  ['secret', 'printable_ascii', { secret: '\u00fc'.repeat(40) }],
  ['secret', 'printable_ascii', { secret: 'x'.repeat(257) }],
  ['secret', 'too_big', { secret: 'x'.repeat(513) }],
  ['secret', 'base64', { secret: 'whsec_###' }],
  ['secret', 'key_length', { secret: 'whsec_c2hvcnQ=' }],
  ['secret', 'key_length', { secret: `whsec_${Buffer.alloc(65).toString('base64')}` }],
  ['headers', 'invalid_type', { headers: ['x'] }],
  ['headers', 'invalid_type', { headers: null }],
  ['headers', 'too_many', { headers: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-${n}`, '1'])) }],
  ['headers.x-a', 'invalid_type', { headers: { 'x-a': 1 } }],
  ['headers.host', 'reserved', { headers: { host: 'x' } }],
  ['headers.Content-Type', 'reserved', { headers: { 'Content-Type': 'x' } }],
  ['headers.webhook-id', 'reserved', { headers: { 'webhook-id': 'x' } }],
  ['headers.Webhook_Signature', 'reserved', { headers: { Webhook_Signature: 'x' } }],
  ['headers.USER-AGENT', 'repeated', { headers: { 'User-Agent': 'a', 'USER-AGENT': 'b' } }],
  ['headers.x a', 'name', { headers: { 'x a': '1' } }],
  ['headers.', 'name', { headers: { '': '1' } }],
  [`headers.${'x'.repeat(129)}`, 'name_length', { headers: { ['x'.repeat(129)]: '1' } }],
  ['headers.x-a', 'value', { headers: { 'x-a': 'a\r\nb: c' } }],
  ['headers.x-a', 'value', { headers: { 'x-a': '\u20ac' } }],
  ['headers.x-a', 'value_length', { headers: { 'x-a': 'y'.repeat(4097) } }],
  ['headers.X-A', 'repeated', { headers: { 'x-a': '1', 'X-A': '2' } }],
  ['legacySignatureHeader', 'name', { legacySignatureHeader: 'x y' }],
  ['legacySignatureHeader', 'name', { legacySignatureHeader: '' }],
  ['legacySignatureHeader', 'reserved', { legacySignatureHeader: 'webhook-signature' }],
  ['legacySignatureHeader', 'reserved', { legacySignatureHeader: 'User-Agent' }],
  ['legacySignatureHeader', 'repeated', { legacySignatureHeader: 'x-a', headers: { 'X-A': '1' } }],
  ['clientCertificate', 'invalid_type', { clientCertificate: cert }],
  ['clientCertificate.key', 'required', { clientCertificate: { certificate: cert } }],
  ['clientCertificate.key', 'key', withKey(cert, 'no key')],
  ['clientCertificate.key', 'mismatch', withKey(cert, another.key)],
  ['clientCertificate.certificate', 'certificate', withKey('no certificate')],
  ['clientCertificate.certificate', 'too_many', withKey(cert.repeat(6))],
  ['clientCertificate.certificate', 'expired', withKey(past.cert, past.key)],
  ['clientCertificate.certificate', 'too_big', withKey(`${cert}${'x'.repeat(65_536)}`)],
  ['clientCertificate', 'needs_https', { ...withKey(cert), url: 'http://shop.example/hook' }],
  ['maxAttempts', 'too_small', { maxAttempts: 0 }],
  ['maxAttempts', 'too_big', { maxAttempts: 21 }],
  ['maxAttempts', 'invalid_type', { maxAttempts: 1.5 }],
  ['maxAttempts', 'invalid_type', { maxAttempts: '5' }],
  ['requestTimeoutMs', 'too_small', { requestTimeoutMs: 999 }],
  ['requestTimeoutMs', 'too_big', { requestTimeoutMs: 30_001 }],
  ['rateLimitPerSecond', 'too_small', { rateLimitPerSecond: 0 }],
  ['rateLimitPerSecond', 'too_big', { rateLimitPerSecond: 10_001 }],
  ['ordering', 'not_allowed', { ordering: 'some' }],
  ['ordering', 'not_allowed', { ordering: null }],
  ['tenantId', 'pattern', { tenantId: 'a/b' }],
  ['tenantId', 'other_tenant', { tenantId: 'other' }],
  ['colour', 'unknown_field', { colour: 'red' }],
  ['isActive', 'unknown_field', { isActive: false }],
  ['id', 'unknown_field', { id: '00000000-0000-4000-8000-000000000000' }],
  ['createdBy', 'unknown_field', { createdBy: 'me' }],
  ['consecutiveFailures', 'unknown_field', { consecutiveFailures: 0 }],
];

describe('a bad webhook is refused with the field and the rule', () => {
  test.each(bad)('%s: %s: %j', async (field, rule, wrong) => {
    const answer = await tenant.call('POST', '/v1/webhooks', { body: { ...good, ...wrong } });
    expect(answer.status).toBe(422);
    expect(answer.json.errors).toEqual([{ field, rule, detail: expect.stringMatching(/^[A-Z].*\.$/s) }]);
  });

  test('all errors are listed at once', async () => {
    const { json } = await tenant.call('POST', '/v1/webhooks', { body: { url: 7, events: [], colour: 'red' } });
    expect(json.errors.map(({ field, rule }) => `${field} ${rule}`)).toEqual([
      'name required',
      'url invalid_type',
      'events too_small',
      'colour unknown_field',
    ]);
  });

  test("the domain rules' errors are listed beside the schema's errors", async () => {
    const body = {
      url: 'http://10.0.0.1/',
      events: ['sale.lost'],
      headers: { host: 'x' },
      secret: 'short',
      maxAttempts: 99,
    };
    const { json } = await tenant.call('POST', '/v1/webhooks', { body });
    expect(json.errors.map(({ field, rule }) => `${field} ${rule}`).toSorted()).toEqual([
      'events.0 unknown_event_type',
      'headers.host reserved',
      'maxAttempts too_big',
      'name required',
      'secret printable_ascii',
      'url blocked_address',
    ]);
  });

  test('a field that another route changes is refused with the name of that route', async () => {
    const { id } = await tenant.newWebhook();
    const { json } = await tenant.call('PATCH', `/v1/webhooks/${id}`, { body: { secret: 'x', isActive: false } });
    expect(json.errors.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('/secret/rotate'),
      expect.stringContaining('/enable'),
    ]);
  });

  test('no error repeats a secret or the value of a header', async () => {
    const hidden = 'hunter2 and some more characters';
    const body = { ...good, secret: `whsec_${hidden}`, headers: { authorization: `${hidden}\n` } };
    expect(JSON.stringify((await tenant.call('POST', '/v1/webhooks', { body })).json)).not.toContain('hunter2');
  });

  test('the same rules hold for a change', async () => {
    const { id } = await tenant.newWebhook();
    for (const [field, , wrong] of bad.filter(([, , wrong]) => !Object.values(wrong).includes(undefined))) {
      const answer = await tenant.call('PATCH', `/v1/webhooks/${id}`, { body: wrong });
      expect({ field, status: answer.status }).toEqual({ field, status: 422 });
      expect(answer.json.errors.map((error) => error.field)).toContain(field);
    }
    expect((await tenant.call('GET', `/v1/webhooks/${id}`)).json.version).toBe(1);
  });

  test.each(['{"name":', '{"__proto__": {}}', '\u0000'])('%j is no JSON, and a bad request', async (raw) => {
    const answer = await tenant.call('POST', '/v1/webhooks', { raw });
    expect(answer).toMatchObject({ status: 400, json: { status: 400, code: 'malformed_json' } });
  });

  test.each(['[]', '"x"', 'null', ' '])('%j is JSON, or nothing, and no webhook', async (raw) => {
    const answer = await tenant.call('POST', '/v1/webhooks', { raw });
    expect([400, 422]).toContain(answer.status);
    expect(answer.json).toMatchObject({ detail: expect.any(String) });
  });

  test('an operator must name the tenant of a webhook, and that tenant must exist', async () => {
    expect(await registry.call('POST', '/v1/webhooks', { body: good })).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'tenantId', rule: 'required' }] },
    });
    expect(
      await registry.call('POST', '/v1/webhooks', { body: { ...good, tenantId: 'unknown-tenant' } }),
    ).toMatchObject({
      status: 422,
      json: { errors: [{ field: 'tenantId', rule: 'unknown_tenant' }] },
    });
  });
});

describe('tenants and keys', () => {
  test('a tenant may be created with a given id, once', async () => {
    const id = `shop-${crypto.randomUUID()}`;
    expect((await registry.call('POST', '/v1/tenants', { body: { id, name: 'Shop' } })).status).toBe(201);
    expect(await registry.call('POST', '/v1/tenants', { body: { id, name: 'Shop' } })).toMatchObject({
      status: 409,
      json: { code: 'tenant_exists' },
    });
    expect((await registry.call('GET', `/v1/tenants/${id}`)).json).toMatchObject({
      id,
      name: 'Shop',
      status: 'active',
    });
  });

  test.each([
    ['POST', '/v1/tenants', { name: '' }, 'name'],
    ['POST', '/v1/tenants', { id: 'a b', name: 'x' }, 'id'],
    ['POST', '/v1/tenants', { name: 'x', plan: 'gold' }, 'plan'],
    ['POST', 'keys', { name: 'x', role: 'operator' }, 'role'],
    ['POST', 'keys', { name: 'x', role: 'boss' }, 'role'],
    ['POST', 'keys', { role: 'tenant' }, 'name'],
  ])('%s %s %j is refused, naming %s', async (method, path, body, field) => {
    const target = path === 'keys' ? `/v1/tenants/${tenant.id}/api-keys` : path;
    expect(await registry.call(method, target, { body })).toMatchObject({ status: 422, json: { errors: [{ field }] } });
  });

  test.each([
    ['GET', '/v1/tenants/unknown-tenant'],
    ['GET', '/v1/tenants/unknown-tenant/api-keys'],
    ['POST', '/v1/tenants/unknown-tenant/suspend'],
    ['POST', '/v1/tenants/unknown-tenant/resume'],
    ['DELETE', '/v1/api-keys/nothing'],
    ['GET', '/v1/webhooks/nothing'],
  ])('%s %s is not found', async (method, path) => expect((await registry.call(method, path)).status).toBe(404));
});

describe('a query or path that no database could take is a bad request', () => {
  const cursor = (place: object) => Buffer.from(JSON.stringify(place)).toString('base64url');
  const now = new Date().toISOString();
  test.each([
    '/v1/webhooks?q=a%00b',
    '/v1/webhooks?event=%00',
    '/v1/webhooks?createdAfter=0000-01-01T00:00:00Z',
    '/v1/webhooks?lastFailureBefore=9999-12-31T23:59:59-23:00',
    `/v1/webhooks?cursor=${cursor({ createdAt: now, id: 'no UUID' })}`,
    `/v1/webhooks?cursor=${cursor({ createdAt: now, id: 7 })}`,
    `/v1/webhooks?cursor=${cursor({ createdAt: 'now', id: '00000000-0000-4000-8000-000000000000' })}`,
    `/v1/tenants?cursor=${cursor({ createdAt: now, id: 'a\u0000' })}`,
    `/v1/api-keys?cursor=${cursor({ createdAt: now, id: 'no-uuid' })}`,
    '/v1/tenants/%00',
    '/v1/tenants/%00/api-keys',
    '/v1/webhooks/%00',
    '/v1/webhooks/%00/history',
  ])('%s', async (path) => {
    const { status, json } = await registry.call('GET', path);
    expect({ status, code: json['code'] }).toEqual({
      status: 400,
      code: expect.stringMatching(/^invalid_(query|path)$/),
    });
  });
});
