import { describe, expect, test } from '@jest/globals';
import { specify } from '@signet/testing';
import type { AskedCredential } from './webhook.credentials.ts';
import { changedSettings } from './webhook.credentials.ts';
import { webhookDecider } from './webhook.decider.ts';
import type { SettingsChanges, WebhookEvent, WebhookSettings } from './webhook.events.ts';

const webhook = specify(webhookDecider);
const at = '2026-01-15T12:00:00.000Z';
const settings: WebhookSettings = {
  name: 'Orders',
  description: null,
  url: 'https://shop.example/hook',
  events: ['sale.created'],
  headers: { 'x-shop': '12' },
  sealedHeaders: { Authorization: 'sealed-1' },
  maxAttempts: null,
  requestTimeoutMs: null,
  rateLimitPerSecond: null,
  ordering: 'none',
  legacySignatureHeader: null,
};
const registered: WebhookEvent = {
  type: 'WebhookRegistered',
  data: { tenantId: 't1', settings, sealedSecret: 's1', createdBy: 'key', at },
};
const update = (credentials: Record<string, AskedCredential>, headers: Record<string, string> = settings.headers) =>
  ({ type: 'UpdateWebhook', changes: { headers }, credentials, at }) as const;
const updated = (changes: SettingsChanges): WebhookEvent => ({ type: 'WebhookUpdated', data: { changes, at } });
const after = (...changes: SettingsChanges[]): WebhookSettings => changes.reduce(changedSettings, settings);

describe('headers whose values are credentials', () => {
  test('written back as they are shown, they stay, and no event is appended', () =>
    webhook
      .given(registered)
      .when(update({ Authorization: 'kept' }))
      .then());
  test('the same value once more is no change, however it is sealed', () =>
    webhook
      .given(registered)
      .when(update({ Authorization: { sealed: 'sealed-2', sameAs: 'sealed-1' } }))
      .then());
  test('a value that another caller has replaced meanwhile is a change', () =>
    webhook
      .given(registered, updated({ headers: settings.headers, sealedHeaders: { Authorization: 'sealed-0' } }))
      .when(update({ Authorization: { sealed: 'sealed-2', sameAs: 'sealed-1' } }))
      .then(updated({ headers: settings.headers, sealedHeaders: { Authorization: 'sealed-2' } })));
  test('a credential stays while others are added and removed; its sealed text is not repeated', () => {
    webhook
      .given(registered)
      .when(update({ Authorization: 'kept', 'x-api-key': { sealed: 'sealed-3' } }, {}))
      .then(updated({ headers: {}, sealedHeaders: { Authorization: null, 'x-api-key': 'sealed-3' } }));
    webhook
      .given(registered)
      .when(update({}))
      .then(updated({ headers: settings.headers, sealedHeaders: {} }));
  });
  test('a credential that is to stay must exist', () =>
    webhook
      .given(registered)
      .when(update({ 'x-api-key': 'kept' }))
      .thenThrows('nothing_to_keep'));
  test('none of them is the header for a signature of a former kind', () =>
    webhook
      .given(registered)
      .when({ type: 'UpdateWebhook', changes: { legacySignatureHeader: 'authorization' }, at })
      .thenThrows('repeated'));
});

describe('the settings after a change', () => {
  test('hold a credential that stayed under its new name', () =>
    expect(after({ headers: {}, sealedHeaders: { authorization: null } })).toMatchObject({
      headers: {},
      sealedHeaders: { authorization: 'sealed-1' },
    }));
  test('hold only the credentials that the change names', () =>
    expect(after({ headers: {}, sealedHeaders: {} }).sealedHeaders).toEqual({}));
  test('keep the headers if the change does not mention them', () =>
    expect(after({ name: 'Sales' })).toEqual({ ...settings, name: 'Sales' }));
  test('have all headers of a fact from before credentials were sealed', () =>
    expect(after({ headers: { authorization: 'Bearer clear' } })).toMatchObject({
      headers: { authorization: 'Bearer clear' },
      sealedHeaders: {},
    }));
});
