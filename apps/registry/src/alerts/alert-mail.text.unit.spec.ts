import { describe, expect, test } from '@jest/globals';
import type { Alert } from './alert.ts';
import { mailTextOf } from './alert-mail.text.ts';

const ID = '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11';
const alert = (type: Alert['type'], data: object = {}): Alert => ({
  id: '7d1f7c1e-58a8-5b0e-8a07-3c5a3f9f6f02',
  type,
  tenantId: 'acme',
  webhookId: ID,
  at: '2026-03-01T10:00:00.000Z',
  data: { webhookId: ID, name: 'Orders', url: 'https://erp.example/hook', consecutiveFailures: 3, ...data },
});

describe('the mail of an alert', () => {
  test('says which webhook fails, how often, and where to look', () => {
    const lastFailure = { statusCode: 500, errorClass: 'http_status' };
    const { subject, text } = mailTextOf(alert('webhook.failing', { lastFailure }));
    expect(subject).toBe('Webhook "Orders" is failing: 3 failures in a row');
    for (const said of ['Orders', ID, 'https://erp.example/hook', 'acme', '3 in a row', 'status 500 (http_status)']) {
      expect(text).toContain(said);
    }
    expect(text).toContain(`GET /v1/deliveries?webhookId=${ID}`);
  });
  test('says why a webhook was disabled, and how to enable it', () => {
    const lastFailure = { statusCode: null, errorClass: 'timeout' };
    const detail = '10 attempts in a row failed.';
    const { subject, text } = mailTextOf(alert('webhook.disabled', { detail, lastFailure, consecutiveFailures: 10 }));
    expect(subject).toBe('Webhook "Orders" was disabled');
    expect(text).toContain(detail);
    expect(text).toContain('no answer (timeout)');
    expect(text).toContain(`POST /v1/webhooks/${ID}/enable`);
  });
  test('says that the webhook has recovered', () =>
    expect(mailTextOf(alert('webhook.recovered')).subject).toBe('Webhook "Orders" has recovered'));
  test('keeps a name to one line, in the subject and in the text', () => {
    const { subject, text } = mailTextOf(alert('webhook.failing', { name: 'Orders\r\nBcc: all@shop.example' }));
    expect(subject).toBe('Webhook "Orders Bcc: all@shop.example" is failing: 3 failures in a row');
    expect(text).not.toMatch(/^Bcc:/m);
  });
});
