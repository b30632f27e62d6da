import { expect, test } from '@jest/globals';
import type { Webhook, WebhookHistoryEntry } from '../../../api/model.ts';
import { fieldsOf, formOf } from '../form/webhook-fields.ts';
import { changesCredential, conflictsOf, merged, setsHeadersAfter } from './conflicts.ts';

const BASE = {
  name: 'Ledger',
  url: 'https://shop.example/hooks',
  events: ['sale.created'],
  description: null,
  headers: {},
  maxAttempts: null,
  requestTimeoutMs: 5_000,
  rateLimitPerSecond: null,
  ordering: 'none',
  legacySignatureHeader: null,
  clientCertificate: null,
} as unknown as Webhook;
const CERTIFICATE = { subject: 'CN=a', issuer: 'CN=a', fingerprint: 'AA', expiresAt: '2027-01-01T00:00:00Z' };
const FORM = formOf(BASE);

test('a field that both have changed shows both values, and mine is chosen at first', () => {
  const theirs = { ...BASE, url: 'https://theirs.example/' };
  expect(conflictsOf(BASE, theirs, { ...FORM, url: 'https://mine.example/' })).toEqual([
    { field: 'url', title: 'URL', theirs: 'https://theirs.example/', mine: 'https://mine.example/', preferred: 'mine' },
  ]);
});

test('of a field that only they have changed, theirs is chosen at first', () => {
  expect(conflictsOf(BASE, { ...BASE, requestTimeoutMs: 9_000 }, { ...FORM, name: 'Mine' })).toEqual([
    { field: 'requestTimeoutMs', title: 'Time-out', theirs: '9 s', mine: '5 s', preferred: 'theirs' },
  ]);
});

test('two values that differ by some milliseconds are a conflict, and differ as texts', () => {
  const base = { ...BASE, requestTimeoutMs: 10_000 };
  const form = { ...FORM, timeoutSeconds: 12.34 };
  expect(conflictsOf(base, { ...base, requestTimeoutMs: 12_310 }, form)).toMatchObject([
    { field: 'requestTimeoutMs', theirs: '12.31 s', mine: '12.34 s' },
  ]);
});

test('the same change of both, and failures meanwhile, are no conflict', () => {
  const theirs = { ...BASE, name: 'New', consecutiveFailures: 3, version: 8 };
  expect(conflictsOf(BASE, theirs, { ...FORM, name: 'New' })).toEqual([]);
});

test('each field is saved as it was chosen, and what only one of both has changed stays', () => {
  const theirs = { ...BASE, url: 'https://theirs.example/', maxAttempts: 7, requestTimeoutMs: 9_000 };
  const form = { ...FORM, name: 'Mine', url: 'https://mine.example/' };
  const saved = (choices: Parameters<typeof merged>[3]) => fieldsOf(merged(BASE, theirs, form, choices));
  expect(saved({})).toMatchObject({ name: 'Mine', url: 'https://mine.example/', maxAttempts: 7 });
  expect(saved({ url: 'theirs', requestTimeoutMs: 'mine', maxAttempts: 'mine' })).toMatchObject({
    name: 'Mine',
    url: 'https://theirs.example/',
    requestTimeoutMs: 5_000,
    maxAttempts: null,
  });
});

const MASKED = { ...BASE, headers: { Authorization: '***', 'X-Shop': '12' } };
const withHeaders = (headers: Webhook['headers']) => formOf({ ...MASKED, headers });
const TYPED = withHeaders({ Authorization: 'Bearer mine', 'X-Shop': '12' });

test('a credential that both may have replaced is a conflict, though the API shows no difference', () => {
  expect(conflictsOf(MASKED, MASKED, TYPED, true)).toEqual([
    {
      field: 'headers',
      title: 'Headers',
      theirs: 'Authorization: ***; X-Shop: 12 (changed; values of credentials are not shown)',
      mine: 'Authorization: Bearer mine; X-Shop: 12',
      preferred: 'mine',
    },
  ]);
  expect(conflictsOf(MASKED, MASKED, TYPED)).toEqual([]);
  const theirs = merged(MASKED, MASKED, TYPED, { headers: 'theirs' });
  expect(fieldsOf(theirs).headers).toEqual(MASKED.headers);
});

test('a form changes a credential if it sets or removes its header', () => {
  expect(changesCredential(MASKED, TYPED)).toBe(true);
  expect(changesCredential(MASKED, withHeaders({ 'X-Shop': '12' }))).toBe(true);
  const other = withHeaders({ ...MASKED.headers, 'X-Shop': '13' });
  expect(changesCredential(MASKED, other)).toBe(false);
  expect(conflictsOf(MASKED, MASKED, other, true)).toEqual([]);
});

test('the history says whether headers were set after a version', () => {
  const entry = (version: number, changes?: object) =>
    ({
      version,
      type: changes ? 'WebhookUpdated' : 'WebhookAttemptFailed',
      data: { changes } as WebhookHistoryEntry['data'],
    }) as WebhookHistoryEntry;
  expect(setsHeadersAfter(4, [entry(6), entry(5, { headers: {} }), entry(4)])).toBe(true);
  expect(setsHeadersAfter(5, [entry(6, { name: 'New' }), entry(5, { headers: {} })])).toBe(false);
  // There may be more entries than were read.
  expect(setsHeadersAfter(4, [entry(7), entry(6)])).toBe(true);
  expect(setsHeadersAfter(4, [entry(6), entry(5)])).toBe(false);
});

test('a certificate is chosen as a whole', () => {
  const theirs = { ...BASE, clientCertificate: CERTIFICATE };
  const set = { does: 'set', certificate: 'PEM', key: 'KEY' } as const;
  const form = { ...FORM, clientCertificate: set };
  expect(conflictsOf(BASE, theirs, FORM)).toEqual([]);
  expect(conflictsOf(BASE, theirs, form)).toMatchObject([{ theirs: 'CN=a', mine: 'The one in your form' }]);
  expect(merged(BASE, theirs, form, {}).clientCertificate).toEqual(set);
  expect(merged(BASE, theirs, form, { clientCertificate: 'theirs' }).clientCertificate).toEqual({ does: 'keep' });
});
