import { expect, test } from '@jest/globals';
import { sentTarget } from './request-target.ts';

const sent = (target: string, host = 'https://shop.example') => sentTarget(host + target, new URL(host + target));

test.each([
  '/',
  '/hook',
  "/hook?name=O'Brien",
  '/hook?',
  '/?',
  '/hook??',
  "/it's?it's",
  '/hook?a=b?c',
  '/a//b///',
  '/hook?a=../b&c=/./d',
  '/...',
  '/.well-known/hook',
  '/%7Euser/%c3%BC',
  '/100%',
  '/%zz?%',
  '/a;b=c,d:e@f!g$h(i)*j+k=l|m[n]~',
  '/hook?a[]=1&b={2}|3^4`5\\'.replace('\\', ''),
])('%s is sent as it is written', (target) => {
  expect(sent(target)).toBe(target);
  expect(sent(target, 'HTTPS://SHOP.example:443')).toBe(target);
});

test.each([
  ['', '/'],
  ['?', '/?'],
  ["?a='", "/?a='"],
])('%j has no path and is sent as %s', (target, path) => expect(sent(target)).toBe(path));

test.each([
  ['/a/./b', '/a/b'],
  ['/a/../b', '/b'],
  ['/a/%2e%2E/b', '/b'],
  ['/café', '/caf%C3%A9'],
  ['/a"b', '/a%22b'],
  // If one part of a URL must be rewritten, all of it is rewritten, as in earlier versions.
  ["/a/../b?it's", '/b?it%27s'],
])('%s, stored before it was refused, is sent as %s', (target, path) => expect(sent(target)).toBe(path));
