import { expect, test } from '@jest/globals';
import type { WebhookFields } from '../../../api/model.ts';
import { certificateError, changesOf, EMPTY_FORM, fieldsOf, formOf } from './webhook-fields.ts';
import type { CertificateChange } from './webhook-fields.ts';

const FIELDS: WebhookFields = {
  name: 'Accounting',
  url: 'https://shop.example/hooks',
  events: ['sale.created', 'sale.updated'],
  description: null,
  headers: { 'x-shop': '12' },
  maxAttempts: null,
  requestTimeoutMs: 2_500,
  rateLimitPerSecond: 0.5,
  ordering: 'subject',
  legacySignatureHeader: null,
};

test('a webhook goes through its form and comes out the same', () => {
  expect(fieldsOf(formOf(FIELDS))).toEqual(FIELDS);
  expect(formOf(FIELDS)).toMatchObject({ timeoutSeconds: 2.5, maxAttempts: '', description: '' });
});

test('an empty form leaves everything to the installation', () => {
  expect(fieldsOf(EMPTY_FORM)).toMatchObject({ description: null, maxAttempts: null, headers: {}, ordering: 'none' });
});

test('only a field that differs is a change; the order of events and headers is ignored', () => {
  const after = {
    ...FIELDS,
    events: ['sale.updated', 'sale.created'],
    description: 'For the books',
    maxAttempts: 3,
  };
  expect(changesOf(FIELDS, after)).toEqual({ description: 'For the books', maxAttempts: 3 });
  expect(changesOf(FIELDS, FIELDS)).toEqual({});
});

test('a client certificate stays unless it is set or taken away', () => {
  const form = formOf(FIELDS);
  const given = { certificate: 'a certificate', key: 'a key' };
  const changes = (clientCertificate: CertificateChange) => changesOf(FIELDS, fieldsOf({ ...form, clientCertificate }));
  expect(changes({ does: 'keep' })).toEqual({});
  expect(changes({ does: 'remove' })).toEqual({ clientCertificate: null });
  expect(changes({ does: 'set', ...given })).toEqual({ clientCertificate: given });
});

test('an error of the whole certificate is shown at its first half', () => {
  const errors = { clientCertificate: 'It needs https.', 'clientCertificate.key': 'It is none.' };
  expect(certificateError(errors, 'certificate')).toBe('It needs https.');
  expect(certificateError(errors, 'key')).toBe('It is none.');
});
