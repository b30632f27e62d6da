import { expect, test } from '@jest/globals';
import { evolveAll } from '@signet/event-store';
import { at, moment, outcome, recorded, registered, row } from '../../../testing/outcome-examples.ts';
import { webhookDecider } from '../webhook.decider.ts';
import type { WebhookEvent } from '../webhook.events.ts';
import type { WebhookPast } from './past/webhook-past.fold.ts';
import { NO_PAST, pastAfter, webhookPast } from './past/webhook-past.fold.ts';

const ID = '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11';
/** A life that fills every field of both states, and ends while the webhook is disabled. */
const LIFE: WebhookEvent[] = [
  ...recorded([registered], row(3)),
  { type: 'WebhookUpdated', data: { changes: { sealedHeaders: { 'x-key': 'h1' }, headers: {} }, at: moment(60) } },
  { type: 'WebhookSecretRotated', data: { sealedSecret: 's2', overlapUntil: moment(900), at: moment(61) } },
  {
    type: 'WebhookCertificateSet',
    data: {
      subject: 'CN=shop',
      issuer: 'CN=ca',
      fingerprint: 'AB:CD',
      expiresAt: moment(800),
      sealedIdentity: 'c1',
      at: moment(62),
    },
  },
  { type: 'WebhookRecovered', data: { deliveryId: 'r', attempt: 2, endedAt: moment(70), failures: 3, at } },
  { type: 'WebhookDisabled', data: { reason: 'failing', detail: 'For a test.', at } },
  { type: 'WebhookEnabled', data: { at: moment(80), replayMissed: { since: at, requestedBy: 'key' } } },
];
const life = recorded(LIFE, [outcome('g', [100, 101], { statusCode: 410, errorClass: 'gone' })]);

// If one of these tests fails, the form of a state has changed. Raise the `shape` of its snapshots, so that snapshots
// of the earlier form are not read as the new one. Then write the new form down here.
test('the state of the rules has the form of its shape', () => {
  const state = evolveAll(webhookDecider, webhookDecider.initialState(), life);
  expect({ shape: webhookDecider.snapshots.shape, state }).toEqual(RULES);
  expect(webhookDecider.snapshots.revive(JSON.parse(JSON.stringify(state)))).toEqual(state);
});

test('the past has the form of its shape, and comes back from JSON with its dates', () => {
  const past = life.reduce<WebhookPast>(
    (before, event, index) => pastAfter(ID, before, { ...event, version: index + 1 }),
    NO_PAST,
  );
  const json = JSON.parse(JSON.stringify(past)) as unknown;
  expect({ shape: webhookPast.snapshots?.shape, past: json }).toEqual(PAST);
  expect(webhookPast.snapshots?.revive(json)).toEqual(past);
  expect(webhookPast.snapshots?.revive(JSON.parse(JSON.stringify(NO_PAST)))).toEqual(NO_PAST);
});

const SETTINGS = {
  name: 'Orders',
  description: null,
  url: 'https://shop.example/hook',
  events: ['sale.created'],
  headers: {},
  sealedHeaders: { 'x-key': 'h1' },
  maxAttempts: null,
  requestTimeoutMs: null,
  rateLimitPerSecond: null,
  ordering: 'none',
  legacySignatureHeader: null,
};
const SECRETS = [
  { sealed: 's2', expiresAt: null },
  { sealed: 's1', expiresAt: moment(900) },
];
const RULES = {
  shape: 1,
  state: {
    status: 'live',
    tenantId: 't1',
    settings: SETTINGS,
    secrets: SECRETS,
    certificate: 'AB:CD',
    isActive: false,
    disabledAt: at,
    disabledReason: 'gone',
    disabledDetail: 'The receiver answered 410 Gone.',
    failures: ['g/1'],
    lastFailureEndedAt: moment(101),
    recoveredAt: moment(70),
    enabledAt: moment(80),
    isAlerted: true,
  },
};
const PAST = {
  shape: 2,
  past: {
    row: {
      ...SETTINGS,
      id: ID,
      tenantId: 't1',
      secrets: SECRETS,
      clientCertificate: {
        subject: 'CN=shop',
        issuer: 'CN=ca',
        fingerprint: 'AB:CD',
        expiresAt: moment(800),
        sealed: 'c1',
      },
      isActive: false,
      disabledReason: 'gone',
      disabledDetail: 'The receiver answered 410 Gone.',
      disabledAt: at,
      activeSince: moment(80),
      replayMissed: { since: at, requestedBy: 'key', until: moment(80) },
      consecutiveFailures: 1,
      alertedAt: at,
      createdBy: 'key',
      createdAt: moment(0),
      updatedAt: at,
      version: 13,
    },
    lastFailure: {
      type: 'WebhookAttemptFailed',
      data: {
        deliveryId: 'g',
        attempt: 1,
        startedAt: moment(100),
        endedAt: moment(101),
        statusCode: 410,
        errorClass: 'gone',
        at,
      },
    },
  },
};
