import { expect, test } from '@jest/globals';
import type { WebhookState } from '../../../api/model.ts';
import { changesBetween } from './shown-fields.ts';

const STATE = {
  isActive: true,
  consecutiveFailures: 0,
  name: 'Ledger',
  url: 'https://shop.example/hooks',
  description: null,
  events: ['sale.created', 'sale.updated'],
  headers: {},
  maxAttempts: null,
  requestTimeoutMs: null,
  rateLimitPerSecond: null,
  ordering: 'none',
  legacySignatureHeader: null,
  clientCertificate: null,
  version: 1,
} as unknown as WebhookState;

test('each field that differs is shown before and after, in words', () => {
  const after = { ...STATE, isActive: false, requestTimeoutMs: 5_000, headers: { 'X-Shop': '12' }, version: 2 };
  expect(changesBetween(STATE, after)).toEqual([
    { title: 'State', before: 'Active', after: 'Disabled' },
    { title: 'Headers', before: 'None', after: 'X-Shop: 12' },
    { title: 'Time-out', before: 'Default', after: '5 s' },
  ]);
});

test('another order of the events is no change', () => {
  expect(changesBetween(STATE, { ...STATE, events: ['sale.updated', 'sale.created'] })).toEqual([]);
});
