import { expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { webhookHeaderContext, webhookIdentityContext, webhookSecretContext, webhookSnapshot } from '@signet/contracts';
import { generateSealingKey, SealingKeys } from '@signet/signature';
import { reasonNotToOpen } from './reason-not-to-open.ts';

const ours = SealingKeys.parse(generateSealingKey('ours'));
const others = SealingKeys.parse(generateSealingKey('others'));
const impostor = SealingKeys.parse(generateSealingKey('ours'));
const [example] = webhookSnapshot.meta()?.examples as [WebhookSnapshot];
const { id } = example;

const secret = (keys: SealingKeys) => ({ sealed: keys.seal('whsec_x', webhookSecretContext(id)), expiresAt: null });
const webhook = (more: Partial<WebhookSnapshot> = {}): WebhookSnapshot => ({
  ...example,
  secrets: [secret(ours)],
  ...more,
});
const header = (keys: SealingKeys) => ({
  authorization: keys.seal('Bearer x', webhookHeaderContext(id, 'authorization')),
});
const identity = (keys: SealingKeys) => ({ sealed: keys.seal('{}', webhookIdentityContext(id)), fingerprint: 'x' });

test('a webhook of which everything opens has none', () => {
  const whole = { sealedHeaders: header(ours), clientCertificate: identity(ours) };
  expect(reasonNotToOpen(webhook(whole), ours)).toBeUndefined();
});

test.each<[string, Partial<WebhookSnapshot>]>([
  ['newest secret', { secrets: [secret(others), secret(ours)] }],
  ['header', { sealedHeaders: header(others) }],
  ['certificate', { clientCertificate: identity(others) }],
])('a %s under a key that is not here has one, which names the key', (_what, more) => {
  expect(reasonNotToOpen(webhook(more), ours)).toContain('"others"');
});

test('so has a secret under another key of the same id', () => {
  expect(reasonNotToOpen(webhook({ secrets: [secret(impostor)] }), ours)).toContain('"ours"');
});

test('a former secret is none: the newest one signs without it', () => {
  expect(reasonNotToOpen(webhook({ secrets: [secret(ours), secret(others)] }), ours)).toBeUndefined();
});
