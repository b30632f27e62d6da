import { expect, test } from '@jest/globals';
import { forgetSessionCookies, sessionCookie, sessionTokenOf } from './session-cookie.ts';

const http = { protocol: 'http' } as const;
const https = { protocol: 'https' } as const;
const BOTH = 'theme=dark; signet-session=plain; __Host-signet-session=hosts';

test.each([
  ['none without a cookie', { ...http, headers: {} }, undefined],
  ['none in other cookies', { ...http, headers: { cookie: 'theme=dark; session=x' } }, undefined],
  ['none in an empty cookie', { ...http, headers: { cookie: 'signet-session=' } }, undefined],
  ['none in what is no cookie', { ...http, headers: { cookie: 'signet-session' } }, undefined],
  ['that of the cookie', { ...http, headers: { cookie: 'a=b; signet-session=plain' } }, 'plain'],
  ['that of the safer cookie', { ...http, headers: { cookie: BOTH } }, 'hosts'],
  ['over TLS only that of the safer cookie', { ...https, headers: { cookie: 'signet-session=plain' } }, undefined],
  ['over TLS that of the safer cookie', { ...https, headers: { cookie: BOTH } }, 'hosts'],
  ['none beside a key', { ...https, headers: { cookie: BOTH, authorization: 'Bearer k' } }, undefined],
  ['none beside a key that is not well-formed', { ...http, headers: { cookie: BOTH, authorization: 'k' } }, undefined],
])('the token is %s', (_what, request, token) => {
  expect(sessionTokenOf(request)).toBe(token);
});

test('the cookie is for this host alone, for no script, and for no request from another site', () => {
  const attributes = 'Max-Age=43200; Path=/; HttpOnly; SameSite=Strict';
  expect(sessionCookie(http, 't', 43_200_000)).toBe(`signet-session=t; ${attributes}`);
  const secure = 'Max-Age=43200; Path=/; HttpOnly; Secure; SameSite=Strict';
  expect(sessionCookie(https, 't', 43_200_000)).toBe(`__Host-signet-session=t; ${secure}`);
});

test('a browser forgets the cookie under each name that it may have', () => {
  expect(forgetSessionCookies(http)).toEqual(['signet-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict']);
  const secure = 'Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict';
  expect(forgetSessionCookies(https)).toEqual([`__Host-signet-session=; ${secure}`, `signet-session=; ${secure}`]);
});
