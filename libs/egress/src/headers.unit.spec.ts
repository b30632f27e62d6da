import { describe, expect, test } from '@jest/globals';
import { checkHeader, connectionHeaderIn, reservedHeader } from './headers.ts';

describe('the check of a header that a tenant adds', () => {
  test.each([
    ['authorization', 'Bearer abc'],
    ['X-Api-Key', 'ü is latin1'],
    ['user-agent', ''],
    ['x-tab', 'a\tb'],
  ])('accepts %s: %s', (name, value) => expect(checkHeader(name, value)).toEqual({ ok: true }));

  test.each([
    'Host',
    'connection',
    'Keep-Alive',
    'proxy-authenticate',
    'Proxy-Authorization',
    'proxy-connection',
    'content-type',
    'Content-Length',
    'content-encoding',
    'transfer-encoding',
    'expect',
    'TE',
    'trailer',
    'upgrade',
    'cookie',
    'traceparent',
    'webhook-id',
    'Webhook-Signature',
    'webhook-anything',
    'signet-request',
    'WEBHOOK_SIGNATURE',
    'content_type',
    'Transfer_Encoding',
  ])('refuses %s, which is reserved', (name) => {
    expect(reservedHeader(name)).toBe(true);
    expect(checkHeader(name, 'x')).toMatchObject({ ok: false, rule: 'reserved' });
  });

  test.each([
    ['name', '', 'x'],
    ['name', 'a b', 'x'],
    ['name', 'a:b', 'x'],
    ['name', 'a\r\nb', 'x'],
    ['name', 'ä', 'x'],
    ['name_length', 'a'.repeat(129), 'x'],
    ['value', 'x-a', 'a\rb'],
    ['value', 'x-a', 'a\nhost: b'],
    ['value', 'x-a', 'a\0b'],
    ['value', 'x-a', 'a\u007fb'],
    ['value', 'x-a', '€ is not latin1'],
    // U+010A and U+010D become LF and CR if code cuts off the high byte.
    ['value', 'x-a', 'a\u010d\u010ab'],
    ['value_length', 'x-a', 'a'.repeat(4097)],
  ])('refuses for its %s: %j: %j', (rule, name, value) => {
    expect(checkHeader(name, value)).toMatchObject({ ok: false, rule });
  });

  test('does not repeat the value, which may be a credential', () => {
    expect(JSON.stringify(checkHeader('authorization', 'secret\n'))).not.toContain('secret');
  });
});

test('the headers of the connection are found in a request in any case', () => {
  expect(connectionHeaderIn({ 'webhook-id': 'a', 'content-type': 'b' })).toBeUndefined();
  expect(connectionHeaderIn({ 'webhook-id': 'a', 'Content-Length': '1' })).toBe('Content-Length');
  expect(connectionHeaderIn({ HOST: 'a' })).toBe('HOST');
});
