import { expect, test } from '@jest/globals';
import { VersionConflictError } from '@signet/event-store';
import { RuleBroken } from '../http/rule-broken.ts';
import { isPassing } from './passing-error.policy.ts';

const withCode = (code: string) => Object.assign(new Error('of a test'), { code });

test.each([
  ['a lock that was not available in time', withCode('55P03')],
  ['a deadlock', withCode('40P01')],
  ['a transaction that cannot be put in order', withCode('40001')],
  ['a statement that took too long', withCode('57014')],
  ['a server that shuts down', withCode('57P01')],
  ['a statement after one that failed', withCode('25P02')],
  ['a refused connection', withCode('ECONNREFUSED')],
  ['a lost connection', new Error('Connection terminated unexpectedly')],
  ['another writer', new VersionConflictError('webhook:1', 1, 2)],
  ['one of these behind another error', new Error('It failed.', { cause: withCode('40P01') })],
])('%s passes by itself', (_, error) => {
  expect(isPassing(error)).toBe(true);
});

test.each([
  ['a broken rule', new RuleBroken('conflict', 'tenant_suspended', 'The tenant is suspended.')],
  ['a damaged stream', new TypeError("Cannot read properties of null (reading 'reason')")],
  ['a value that the database refuses', withCode('23505')],
  ['what is no error', 'nonsense'],
])('%s does not', (_, error) => {
  expect(isPassing(error)).toBe(false);
});
