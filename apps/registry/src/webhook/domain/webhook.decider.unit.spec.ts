import { describe, expect, test } from '@jest/globals';
import { specify } from '@signet/testing';
import type { WebhookEvent, WebhookSettings } from './webhook.events.ts';
import { isSubscribedTo, webhookDecider } from './webhook.decider.ts';

const webhook = specify(webhookDecider);
const at = '2026-01-15T12:00:00.000Z';
const later = '2026-01-15T13:00:00.000Z';
const tomorrow = '2026-01-16T12:00:00.000Z';
const settings: WebhookSettings = {
  name: 'Orders',
  description: null,
  url: 'https://shop.example/hook',
  events: ['sale.created'],
  headers: {},
  sealedHeaders: {},
  maxAttempts: null,
  requestTimeoutMs: null,
  rateLimitPerSecond: null,
  ordering: 'none',
  legacySignatureHeader: null,
};
const registration = { tenantId: 't1', settings, sealedSecret: 's1', createdBy: 'key', at };
const registered: WebhookEvent = { type: 'WebhookRegistered', data: registration };
const disabled: WebhookEvent = { type: 'WebhookDisabled', data: { reason: 'manual', detail: null, at } };
const deleted: WebhookEvent = { type: 'WebhookDeleted', data: { at } };
const rotation = (sealedSecret: string, overlapUntil: string | null, when = at): WebhookEvent => ({
  type: 'WebhookSecretRotated',
  data: { sealedSecret, overlapUntil, at: when },
});

describe('registering', () => {
  const register = { type: 'RegisterWebhook', ...registration } as const;

  test('records all chosen settings', () => webhook.given().when(register).then(registered));
  test('an id that is taken is refused', () => webhook.given(registered).when(register).thenThrows('webhook_exists'));
  test('an id that was deleted is not used again', () =>
    webhook.given(registered, deleted).when(register).thenThrows('webhook_not_found'));
  test('at least one event type', () =>
    webhook
      .given()
      .when({ ...register, settings: { ...settings, events: [] } })
      .thenThrows('no_events'));
  test('each event type once', () =>
    webhook
      .given()
      .when({ ...register, settings: { ...settings, events: ['sale.created', 'sale.created'] } })
      .thenThrows('repeated_event'));
});

describe('a header for the signature of a former kind', () => {
  const refused = { ...settings, headers: { 'X-Shop': '1' }, legacySignatureHeader: 'x-shop' };
  const update = (changes: Partial<WebhookSettings>) => ({ type: 'UpdateWebhook', changes, at: later }) as const;
  const { legacySignatureHeader: _none, ...older } = settings;
  const registeredLongAgo: WebhookEvent = { type: 'WebhookRegistered', data: { ...registration, settings: older } };

  test('is none of the headers that are sent anyway', () =>
    webhook
      .given()
      .when({ type: 'RegisterWebhook', ...registration, settings: refused })
      .thenThrows('repeated'));
  test('nor becomes one later, whichever of the two changes', () => {
    const both: WebhookEvent = { type: 'WebhookUpdated', data: { changes: { headers: refused.headers }, at } };
    webhook
      .given(registered, both)
      .when(update({ legacySignatureHeader: 'X-SHOP' }))
      .thenThrows('repeated');
    const named: WebhookEvent = { type: 'WebhookUpdated', data: { changes: { legacySignatureHeader: 'x-shop' }, at } };
    webhook
      .given(registered, named)
      .when(update({ headers: refused.headers }))
      .thenThrows('repeated');
  });
  test('is none for a webhook that is older than the setting', () => {
    webhook
      .given(registeredLongAgo)
      .when(update({ legacySignatureHeader: null }))
      .then();
    webhook
      .given(registeredLongAgo)
      .when(update({ legacySignatureHeader: 'x-shop' }))
      .then({ type: 'WebhookUpdated', data: { changes: { legacySignatureHeader: 'x-shop' }, at: later } });
  });
});

describe('a client certificate', () => {
  const facts = { subject: 'CN=shop', issuer: 'CN=shop', fingerprint: 'AA:BB', expiresAt: later };
  const clientCertificate = { ...facts, sealed: 'sealed' };
  const set: WebhookEvent = { type: 'WebhookCertificateSet', data: { ...facts, sealedIdentity: 'sealed', at: later } };
  const update = (more: object) => ({ type: 'UpdateWebhook', changes: {}, at: later, ...more }) as const;

  test('comes with the webhook, or later', () => {
    const register = { type: 'RegisterWebhook', ...registration, at: later, clientCertificate } as const;
    webhook
      .given()
      .when(register)
      .then({ type: 'WebhookRegistered', data: { ...registration, at: later } }, set);
    webhook.given(registered).when(update({ clientCertificate })).then(set);
  });
  test('the same certificate again is no change, and a request that does not mention it leaves it', () => {
    webhook.given(registered, set).when(update({ clientCertificate })).then();
    webhook
      .given(registered, set)
      .when(update({ changes: { name: 'Sales' } }))
      .then({ type: 'WebhookUpdated', data: { changes: { name: 'Sales' }, at: later } });
  });
  test('null takes it away, once', () => {
    const removed: WebhookEvent = { type: 'WebhookCertificateRemoved', data: { at: later } };
    webhook
      .given(registered, set)
      .when(update({ clientCertificate: null }))
      .then(removed);
    webhook
      .given(registered, set, removed)
      .when(update({ clientCertificate: null }))
      .then();
  });
  test('needs a URL of https, whichever of the two changes', () => {
    const plain = { url: 'http://shop.example/hook' };
    webhook
      .given()
      .when({ type: 'RegisterWebhook', ...registration, settings: { ...settings, ...plain }, clientCertificate })
      .thenThrows('needs_https');
    webhook
      .given(registered, set)
      .when(update({ changes: plain }))
      .thenThrows('needs_https');
    webhook
      .given(registered)
      .when(update({ changes: plain, clientCertificate }))
      .thenThrows('needs_https');
    webhook
      .given(registered, set)
      .when(update({ changes: plain, clientCertificate: null }))
      .then(
        { type: 'WebhookUpdated', data: { changes: plain, at: later } },
        { type: 'WebhookCertificateRemoved', data: { at: later } },
      );
  });
});

describe('updating', () => {
  const update = (changes: Partial<WebhookSettings>) => ({ type: 'UpdateWebhook', changes, at: later }) as const;

  test('records the fields that changed, and those only', () =>
    webhook
      .given(registered)
      .when(update({ name: 'Sales', url: settings.url }))
      .then({ type: 'WebhookUpdated', data: { changes: { name: 'Sales' }, at: later } }));
  test('a change to the present value appends nothing', () =>
    webhook
      .given(registered)
      .when(update({ ...settings, description: undefined }))
      .then());
  test('a field can be cleared', () =>
    webhook
      .given(registered, { type: 'WebhookUpdated', data: { changes: { maxAttempts: 7 }, at } })
      .when(update({ maxAttempts: null }))
      .then({ type: 'WebhookUpdated', data: { changes: { maxAttempts: null }, at: later } }));
  test('the last event type cannot be taken away', () =>
    webhook
      .given(registered)
      .when(update({ events: [] }))
      .thenThrows('no_events'));
  test('two updates of different fields both hold', () =>
    webhook
      .given(registered, { type: 'WebhookUpdated', data: { changes: { name: 'Sales' }, at } })
      .when(update({ description: 'Till' }))
      .thenState((state) => expect(state).toMatchObject({ settings: { name: 'Sales', description: 'Till' } })));
});

describe('disabling, enabling, deleting', () => {
  test('a person disables, and says why', () =>
    webhook
      .given(registered)
      .when({ type: 'DisableWebhook', detail: 'Moving house', at })
      .then({ type: 'WebhookDisabled', data: { reason: 'manual', detail: 'Moving house', at } }));
  test('disabling twice appends nothing', () =>
    webhook.given(registered, disabled).when({ type: 'DisableWebhook', detail: null, at }).then());
  test('the reason of a disabled webhook is not replaced in silence', () => {
    const disable = { type: 'DisableWebhook', detail: 'Moving house', at: later } as const;
    webhook.given(registered, disabled).when(disable).thenThrows('webhook_disabled');
    const moving: WebhookEvent = { type: 'WebhookDisabled', data: { reason: 'manual', detail: 'Moving house', at } };
    webhook.given(registered, moving).when(disable).then();
  });
  test('a person enables', () =>
    webhook
      .given(registered, disabled)
      .when({ type: 'EnableWebhook', replayMissedFor: null, at: later })
      .then({ type: 'WebhookEnabled', data: { at: later } }));
  test('enabling an enabled webhook appends nothing', () =>
    webhook.given(registered).when({ type: 'EnableWebhook', replayMissedFor: null, at }).then());
  test('a person enables, with a replay of the messages that were missed since it was disabled', () =>
    webhook
      .given(registered, disabled)
      .when({ type: 'EnableWebhook', replayMissedFor: 'key-1', at: later })
      .then({ type: 'WebhookEnabled', data: { at: later, replayMissed: { since: at, requestedBy: 'key-1' } } }));
  test('enabling an enabled webhook with a replay is refused: nothing would be replayed', () => {
    const enable = { type: 'EnableWebhook', replayMissedFor: 'key-1', at: later } as const;
    webhook.given(registered).when(enable).thenThrows('webhook_enabled');
    webhook
      .given(registered, disabled, { type: 'WebhookEnabled', data: { at } })
      .when(enable)
      .thenThrows('webhook_enabled');
  });
  test('a webhook is deleted once', () => {
    webhook.given(registered).when({ type: 'DeleteWebhook', at }).then(deleted);
    webhook.given(registered, deleted).when({ type: 'DeleteWebhook', at }).thenThrows('webhook_not_found');
  });
  test.each([
    { type: 'UpdateWebhook', changes: { name: 'x' }, at } as const,
    { type: 'EnableWebhook', replayMissedFor: null, at } as const,
    { type: 'DisableWebhook', detail: null, at } as const,
    { type: 'RotateWebhookSecret', sealedSecret: 's2', overlapUntil: null, at } as const,
    { type: 'RequestWebhookTest', deliveryId: 'd', eventId: 'e', eventType: 'sale.created', at } as const,
  ])('$type of a webhook that is not there is refused', (command) => {
    webhook.given().when(command).thenThrows('webhook_not_found');
    webhook.given(registered, deleted).when(command).thenThrows('webhook_not_found');
  });
});

describe('rotating the secret', () => {
  const rotate = (overlapUntil: string | null) =>
    ({ type: 'RotateWebhookSecret', sealedSecret: 'new', overlapUntil, at: later }) as const;
  const secretsAre = (...expected: [string, string | null][]) => ({
    secrets: expected.map(([sealed, expiresAt]) => ({ sealed, expiresAt })),
  });

  test('with overlap the former secret signs until it ends', () =>
    webhook
      .given(registered)
      .when(rotate(tomorrow))
      .thenState((state) => expect(state).toMatchObject(secretsAre(['new', null], ['s1', tomorrow]))));
  test('without overlap the former secret stops at once', () =>
    webhook
      .given(registered)
      .when(rotate(null))
      .thenState((state) => expect(state).toMatchObject(secretsAre(['new', null]))));
  test('a second rotation never lengthens the life of an older secret', () =>
    webhook
      .given(registered, rotation('s2', '2026-01-15T14:00:00.000Z'))
      .when(rotate(tomorrow))
      .thenState((state) =>
        expect(state).toMatchObject(secretsAre(['new', null], ['s2', tomorrow], ['s1', '2026-01-15T14:00:00.000Z'])),
      ));
  test('an expired secret is removed', () =>
    webhook
      .given(registered, rotation('s2', '2026-01-15T12:30:00.000Z'))
      .when(rotate(tomorrow))
      .thenState((state) => expect(state).toMatchObject(secretsAre(['new', null], ['s2', tomorrow]))));
  test('at most five secrets are live, unless the former ones stop at once', () => {
    const five = ['s2', 's3', 's4', 's5'].map((sealed) => rotation(sealed, tomorrow));
    webhook
      .given(registered, ...five)
      .when(rotate(tomorrow))
      .thenThrows('too_many_live_secrets');
    webhook
      .given(registered, ...five)
      .when(rotate(null))
      .thenState((state) => expect(state).toMatchObject(secretsAre(['new', null])));
  });
});

describe('testing', () => {
  const asked = { deliveryId: 'd1', eventId: 'e1', eventType: 'sale.refunded', at };
  const command = { type: 'RequestWebhookTest', ...asked } as const;

  test('records the test to be sent', () =>
    webhook
      .given(registered)
      .when(command)
      .then({ type: 'WebhookTestRequested', data: { tenantId: 't1', ...asked } }));
  test('a disabled webhook gets no message, not even a test', () =>
    webhook.given(registered, disabled).when(command).thenThrows('webhook_disabled'));
});

test('a webhook is subscribed to the types it names, while it is active', () => {
  const events = ['sale.created', 'sale.updated'];
  expect(isSubscribedTo({ isActive: true, events }, 'sale.created')).toBe(true);
  expect(isSubscribedTo({ isActive: true, events }, 'sale.refunded')).toBe(false);
  expect(isSubscribedTo({ isActive: false, events }, 'sale.created')).toBe(false);
});
