import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { newApiKey, newSessionToken, shownPrefix } from './api-key.secret.ts';

test.each([
  ['operator', /^sgn_op_[0-9A-Za-z]{43}$/],
  ['tenant', /^sgn_tn_[0-9A-Za-z]{43}$/],
  ['producer', /^sgn_pr_[0-9A-Za-z]{43}$/],
] as const)('a key says that it is of role %s', (role, form) => expect(newApiKey(role, randomBytes)).toMatch(form));

test('the token of a session can be told from a key', () =>
  expect(newSessionToken(randomBytes)).toMatch(/^sgn_se_[0-9A-Za-z]{43}$/));

test('all 256 random bits are in the key', () => {
  const zeros = newApiKey('tenant', (count) => Buffer.alloc(count));
  const ones = newApiKey('tenant', (count) => Buffer.alloc(count, 0xff));
  const lowest = newApiKey('tenant', (count) => Buffer.concat([Buffer.alloc(count - 1), Buffer.from([1])]));
  expect(zeros).toBe(`sgn_tn_${'0'.repeat(43)}`);
  expect(lowest).toBe(`sgn_tn_${'0'.repeat(42)}1`);
  expect(ones.length).toBe(zeros.length);
  expect(ones.charAt(7)).not.toBe('0');
});

test('little of a key is shown, however short it is', () => {
  expect(shownPrefix('sgn_tn_abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrs')).toBe('sgn_tn_abcde');
  expect(shownPrefix('a-short-one-of-24-chars!')).toBe('a-shor');
});
