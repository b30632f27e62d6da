import { expect, test } from '@jest/globals';
import { shownUrl } from './shown-url.ts';

test.each([
  ['https://shop.example/hook', 'https://shop.example/hook', 'shop.example', 443],
  ['http://shop.example:8080/hook?token=hush&a=b', 'http://shop.example:8080/hook?REDACTED', 'shop.example', 8080],
  ['https://user:hush@shop.example/', 'https://shop.example/', 'shop.example', 443],
  ['http://[2001:db8::1]/a#hush', 'http://[2001:db8::1]/a', '2001:db8::1', 80],
])('%s', (url, full, host, port) => expect(shownUrl(url)).toEqual({ full, host, port }));

test('a text that is no URL is not shown', () => expect(shownUrl('hush')).toBeUndefined());
