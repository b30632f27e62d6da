import { expect, test } from '@jest/globals';
import { mergedHeaders, withValues } from './merged-headers.ts';

test('a name is there once, in whatever case it is written, with the value and spelling of the last layer', () => {
  const merged = mergedHeaders(
    { 'user-agent': 'Signet/1' },
    [{ 'User-Agent': 'Shop/1.0', 'X-A': '1' }, { 'x-A': '3' }],
    { 'x-a': '2' },
  );
  expect(merged).toEqual({ 'User-Agent': 'Shop/1.0', 'x-a': '2' });
});

test('two spellings within one layer become one, too', () =>
  expect(mergedHeaders({}, [{ 'x-a': '1', 'X-A': '2' }], {})).toEqual({ 'X-A': '2' }));

test('without headers of a tenant, ours are sent as they are', () =>
  expect(mergedHeaders({ a: '1' }, [{}, {}], { b: '2' })).toEqual({ a: '1', b: '2' }));

test('a value is replaced under its name in whatever case, and no name is added', () =>
  expect(withValues({ 'X-Key': 'a', 'x-b': 'c' }, ['x-key', 'x-none'], '***')).toEqual({ 'X-Key': '***', 'x-b': 'c' }));
