import { expect, test } from '@jest/globals';
import { textErrors } from './text-errors.ts';

const fields = (value: unknown) => textErrors(value, 'body').map(({ field }) => field);

test.each([
  ['a\u0000b', ['body']],
  [{ name: 'a\u0000b' }, ['name']],
  [{ list: ['fine', '\ud800'], inner: { deep: '\udc00x' } }, ['list.1', 'inner.deep']],
  [{ 'a\u0000': 1 }, ['body']],
  [{ headers: { '\ud800': '1' } }, ['headers']],
])('%j has texts that cannot be stored: %j', (value, expected) => expect(fields(value)).toEqual(expected));

test.each([undefined, null, 7, '', 'ü€𝄞\u0001\ufffd', [], { a: [{ b: 'c' }] }, Buffer.from('\u0000')])(
  '%j has none',
  (value) => expect(fields(value)).toEqual([]),
);

test('however deep it is nested', () => {
  const depth = 100_000;
  const value: unknown = JSON.parse(`${'['.repeat(depth)}"\\u0000"${']'.repeat(depth)}`);
  expect(textErrors(value, 'body')).toHaveLength(1);
});
