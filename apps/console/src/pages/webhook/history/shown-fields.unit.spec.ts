import { expect, test } from '@jest/globals';
import type { WebhookState } from '../../../api/model.ts';
import { changesBetween, hasCredential } from './shown-fields.ts';

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

test('a renewed certificate is a change, though its subject is the same', () => {
  const certificate = { subject: 'CN=shop', issuer: 'CN=ca', expiresAt: '2027-01-01T12:00:00Z' };
  const [before, after] = ['AA:AA', 'BB:BB'].map((bytes) => ({
    ...STATE,
    clientCertificate: { ...certificate, fingerprint: `${bytes}:00` },
  })) as [WebhookState, WebhookState];
  expect(changesBetween(before, after)).toEqual([
    {
      title: 'Client certificate',
      before: expect.stringMatching(/^CN=shop, until 2027-01-0\d .*, fingerprint AA:AA:00…$/),
      after: expect.stringMatching(/^CN=shop, until 2027-01-0\d .*, fingerprint BB:BB:00…$/),
    },
  ]);
  expect(changesBetween(before, before)).toEqual([]);
});

test('a masked header is known as a credential', () => {
  expect(hasCredential({ 'X-Shop': '12', Authorization: '***' })).toBe(true);
  expect(hasCredential({ 'X-Shop': '12' })).toBe(false);
  expect(hasCredential(undefined)).toBe(false);
});
