import { describe, expect, test } from '@jest/globals';
import { EgressRules } from '@signet/egress';
import { fieldErrors } from './webhook.rules.ts';

const rules = {
  egress: new EgressRules({ allow: [] }),
  eventTypes: ['sale.created', 'sale.updated'],
  now: new Date(),
};
const base64 = (bytes: number): string => Buffer.alloc(bytes, 7).toString('base64');

describe('what a webhook may be', () => {
  test.each([
    { url: 'https://shop.example/hook?a=1' },
    { events: ['sale.created', 'sale.updated'] },
    { headers: { 'x-shop': '12', authorization: 'Bearer x' } },
    { legacySignatureHeader: 'X-Shop-Signature' },
    { legacySignatureHeader: null },
    { secret: `whsec_${base64(24)}` },
    { secret: `whsec_${base64(64)}` },
    { secret: 'thirty-two printable characters!' },
    {},
  ])('%j', (judged) => expect(fieldErrors(judged, rules)).toEqual([]));
});

describe('what it may not be, and why', () => {
  test.each([
    ['url', { url: 'ftp://shop.example/' }],
    ['url', { url: 'https://user:password@shop.example/' }],
    ['url', { url: 'https://shop.example/#part' }],
    ['url', { url: 'http://127.0.0.1/' }],
    ['url', { url: 'http://2130706433/' }],
    ['url', { url: 'http://169.254.169.254/latest/meta-data' }],
    ['url', { url: 'http://[::ffff:10.0.0.1]/' }],
    ['url', { url: 'http://localhost:8080/' }],
    ['events.0', { events: ['sale.creatd'] }],
    ['events.1', { events: ['sale.created', 'sale.created'] }],
    ['legacySignatureHeader', { legacySignatureHeader: 'Webhook-Signature' }],
    ['legacySignatureHeader', { legacySignatureHeader: 'x shop' }],
    ['legacySignatureHeader', { legacySignatureHeader: 'User-Agent' }],
    ['headers.Host', { headers: { Host: 'elsewhere' } }],
    ['headers.webhook-id', { headers: { 'webhook-id': '1' } }],
    ['headers.x-a', { headers: { 'x-a': 'one\r\nx-b: two' } }],
    ['headers.X-A', { headers: { 'x-a': '1', 'X-A': '2' } }],
    ['headers', { headers: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-${n}`, '1'])) }],
    ['secret', { secret: 'short' }],
    ['secret', { secret: `whsec_${base64(23)}` }],
    ['secret', { secret: `whsec_${base64(65)}` }],
    ['secret', { secret: 'whsec_!' }],
  ])('%s in %j', (field, judged) => {
    const errors = fieldErrors(judged, rules);
    expect(errors).toEqual([{ field, rule: expect.any(String), detail: expect.any(String) }]);
  });

  test('the error for an unknown event type lists the known ones', () =>
    expect(fieldErrors({ events: ['x'] }, rules)[0]?.detail).toContain('sale.created, sale.updated'));

  test('all errors are listed at once', () =>
    expect(fieldErrors({ url: 'x', events: ['x'], headers: { host: 'x' }, secret: 'x' }, rules)).toHaveLength(4));

  test('no error repeats a secret or the value of a header', () => {
    const told = JSON.stringify(fieldErrors({ secret: 'hunter2', headers: { 'x-a': 'hunter2\n' } }, rules));
    expect(told).not.toContain('hunter2');
  });
});
