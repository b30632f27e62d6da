import { expect, test } from '@jest/globals';
import type { ErrorClass } from '../api/model.ts';
import { adviceFor } from './advice.policy.ts';
import type { Failure } from './advice.policy.ts';

const failure = (errorClass: ErrorClass, more: Partial<Failure> = {}): Failure => ({
  errorClass,
  errorMessage: null,
  fault: 'receiver',
  url: 'https://hooks.shop.example/in',
  durationMs: 15_003,
  statusCode: null,
  headers: {},
  ...more,
});

test.each<[ErrorClass, Partial<Failure>, RegExp, RegExp]>([
  ['http_status', { statusCode: 401 }, /refuses Signet \(401\)/, /secret.*firewall/],
  ['http_status', { statusCode: 403 }, /refuses Signet \(403\)/, /secret.*firewall/],
  ['http_status', { statusCode: 404 }, /Nothing is at this URL/, /path/],
  ['http_status', { statusCode: 405 }, /takes no POST/, /path/],
  ['http_status', { statusCode: 413 }, /too large/, /limit/],
  ['http_status', { statusCode: 422 }, /refuses the message \(422\)/, /2xx/],
  ['http_status', { statusCode: 500 }, /has failed \(500\)/, /webhook-id/],
  ['http_status', { statusCode: 502 }, /proxy/, /behind it/],
  ['gone', { statusCode: 410 }, /410 Gone/, /enable/],
  ['throttled', { statusCode: 429 }, /fewer requests/, /rate limit/],
  [
    'timeout',
    { errorMessage: 'The time of 15000 ms was over while waiting for a response.' },
    /within 15 s/,
    /answer first and work later/,
  ],
  [
    'timeout',
    { errorMessage: 'The time of 15000 ms was over while connecting.' },
    /shop\.example does not answer/,
    /firewall/,
  ],
  ['dns', {}, /name hooks\.shop\.example cannot be found/, /spelling/],
  ['connect', {}, /Nothing takes connections at hooks/, /port 443/],
  ['connect', { url: 'http://shop.example:8080/' }, /shop\.example:8080/, /port 8080/],
  [
    'tls',
    { errorMessage: 'The TLS handshake failed (CERT_HAS_EXPIRED).' },
    /certificate of hooks\.shop\.example has expired/,
    /Renew/,
  ],
  [
    'tls',
    { errorMessage: 'The TLS handshake failed (ERR_TLS_CERT_ALTNAME_INVALID): the names differ.' },
    /for another name/,
    /alternative names/,
  ],
  [
    'tls',
    { errorMessage: 'The TLS handshake failed (DEPTH_ZERO_SELF_SIGNED_CERT).' },
    /nobody whom Signet trusts/,
    /self-signed/,
  ],
  [
    'tls',
    { errorMessage: 'The TLS handshake failed (UNABLE_TO_VERIFY_LEAF_SIGNATURE).' },
    /cannot be traced/,
    /full chain/,
  ],
  [
    'tls',
    { errorMessage: 'The TLS connection was ended by an alert (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED).' },
    /ended the TLS handshake/,
    /client certificate/,
  ],
  ['tls', { errorMessage: 'The TLS handshake failed (EPROTO).' }, /no TLS connection/, /speaks TLS/],
  ['reset', {}, /closed before the answer/, /crash/],
  ['protocol', {}, /not valid HTTP/, /port 443/],
  ['response_too_large', {}, /headers of the answer/, /fewer/],
  ['blocked_address', {}, /may not connect/, /public address/],
  ['invalid_request', {}, /cannot be made/, /headers/],
])('%s %j: what is wrong, and what to do', (errorClass, more, title, advice) => {
  const given = adviceFor(failure(errorClass, more));
  expect(given.title).toMatch(title);
  expect(given.advice).toMatch(advice);
  expect(given.whose).toBe('receiver');
});

test.each(['disabled', 'deleted', 'tenant_suspended'] as const)('%s is the fault of nobody', (errorClass) => {
  expect(adviceFor(failure(errorClass)).whose).toBe('nobody');
});

test('a fault of the platform asks nothing of the owner of the receiver', () => {
  expect(adviceFor(failure('dns', { fault: 'platform' }))).toMatchObject({
    whose: 'platform',
    advice: expect.stringContaining('not of your receiver'),
  });
});

test.each([
  ['https://hooks.shop.example/in/', 'https://hooks.shop.example/in/'],
  ['/v2/in', 'https://hooks.shop.example/v2/in'],
])('a redirect to %s offers that URL', (location, url) => {
  const given = adviceFor(failure('redirect', { statusCode: 308, headers: { location } }));
  expect(given).toMatchObject({ title: 'The receiver redirects (308)', url });
  expect(given.advice).toContain(url);
});

test.each([
  undefined,
  '',
  'https://hooks.shop.example/in',
  'javascript:alert(1)',
  'https://me:secret@shop.example/',
  'http://',
])('a redirect to %j offers no URL', (location) => {
  const headers: Record<string, string> = location === undefined ? {} : { location };
  expect(adviceFor(failure('redirect', { statusCode: 302, headers }))).not.toHaveProperty('url');
});

test('a URL that cannot be read is named as it is', () => {
  expect(adviceFor(failure('dns', { url: 'nonsense' })).title).toBe('The name nonsense cannot be found');
});
