import { expect, test } from '@jest/globals';
import { traceparentOf } from './trace-context.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';
const own = `00-${trace}-${span}-01`;
const carried = `00-${trace}-b7ad6b7169203331-00`;

test('the attribute goes before the header', () => expect(traceparentOf(own, carried)).toBe(own));
test('without the attribute it is the header', () => expect(traceparentOf(undefined, carried)).toBe(carried));
test('without both there is none', () => expect(traceparentOf(undefined, undefined)).toBeUndefined());

test.each<[value: unknown, why: string]>([
  ['', 'nothing'],
  [7, 'a number'],
  ['yes', 'a word'],
  [own.toUpperCase(), 'capitals'],
  [`${own}-x`, 'more than version 00 has'],
  [`ff-${trace}-${span}-01`, 'the version that there never is'],
  [`00-${'0'.repeat(32)}-${span}-01`, 'a trace of zeros'],
  [`00-${trace}-${'0'.repeat(16)}-01`, 'a span of zeros'],
  [`01-${trace}-${span}-01-a b`, 'a space in what a version to come has more'],
  [`${own}, ${own}`, 'a header that came twice'],
])('%j is ignored: %s', (value) => {
  expect(traceparentOf(value, carried)).toBe(carried);
  expect(traceparentOf(undefined, value)).toBeUndefined();
});

test('a version to come is passed on with what it has more', () => {
  const later = `01-${trace}-${span}-01-more`;
  expect(traceparentOf(later, undefined)).toBe(later);
});
