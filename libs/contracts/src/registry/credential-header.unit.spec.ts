import { expect, test } from '@jest/globals';
import { isCredentialHeader } from './credential-header.ts';

test.each([
  ['authorization', 'Basic dXNlcjpwYXNz'],
  ['X-Api-Key', '1'],
  ['x-shop-token', ''],
  ['X-Webhook-Secret', 'a'],
  ['x-password', 'a'],
  ['x-forwarded-by', 'bearer eyJ0eXAiOiJKV1QifQ.e30.x'],
])('%s: %s is a credential', (name, value) => expect(isCredentialHeader(name, value)).toBe(true));

test.each([
  ['x-shop', '12'],
  ['user-agent', 'Shop/1.0'],
  ['x-note', 'the bearer of this'],
])('%s: %s is none', (name, value) => expect(isCredentialHeader(name, value)).toBe(false));
