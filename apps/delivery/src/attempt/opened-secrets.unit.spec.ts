import { expect, test } from '@jest/globals';
import { newId, webhookHeaderContext, webhookIdentityContext, webhookSecretContext } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { generateSealingKey, SealingKeys, signingKey } from '@signet/signature';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { OpenedSecrets } from './opened-secrets.ts';

const sealing = SealingKeys.parse(generateSealingKey('now'));
const withoutFormer = SealingKeys.parse(generateSealingKey('former'));
const id = newId();
const NOW = Date.parse('2026-03-01T10:00:00Z');
const NEWEST = 'the newest secret of this webhook';
const FORMER = 'a former secret of the same webhook';

const secretOf = (secret: string, expiresAt: string | null = null, keys = sealing) => ({
  sealed: keys.seal(secret, webhookSecretContext(id)),
  expiresAt,
});
const certified = (fingerprint: string): Pick<WebhookSnapshot, 'clientCertificate'> => ({
  clientCertificate: {
    fingerprint,
    sealed: sealing.seal(JSON.stringify({ certificate: 'PEM', key: 'PEM' }), webhookIdentityContext(id)),
  } as NonNullable<WebhookSnapshot['clientCertificate']>,
});
const webhookOf = (fields: Partial<WebhookSnapshot>): WebhookSnapshot =>
  snapshotOf({ id, secrets: [secretOf(NEWEST)], ...fields });
const secrets = (): OpenedSecrets => new OpenedSecrets(sealing, () => new Date(NOW));

test('the secrets that are valid now sign, newest first', () => {
  const ended = secretOf(FORMER, new Date(NOW).toISOString());
  const valid = secretOf(FORMER, new Date(NOW + 1).toISOString());
  const { keys } = secrets().meansOf(webhookOf({ secrets: [secretOf(NEWEST), valid, ended] }));
  expect(keys.map((key) => key.export())).toEqual([NEWEST, FORMER].map((secret) => signingKey(secret).export()));
});

test('a former secret whose sealing key is gone is left out; the newest one must open', () => {
  const gone = secretOf(FORMER, new Date(NOW + 1).toISOString(), withoutFormer);
  expect(secrets().meansOf(webhookOf({ secrets: [secretOf(NEWEST), gone] })).keys).toHaveLength(1);
  expect(() => secrets().meansOf(webhookOf({ secrets: [gone, secretOf(NEWEST)] }))).toThrow();
});

test('credentials are opened, each with its own header as the context', () => {
  const sealedHeaders = { authorization: sealing.seal('Basic YTpi', webhookHeaderContext(id, 'authorization')) };
  expect(secrets().meansOf(webhookOf({ sealedHeaders })).credentials).toEqual({ authorization: 'Basic YTpi' });
  expect(() => secrets().meansOf(webhookOf({ sealedHeaders: { other: sealedHeaders.authorization } }))).toThrow();
});

test('another snapshot of the same version is opened anew: a restored database may have other secrets', () => {
  const kept = secrets();
  kept.meansOf(webhookOf({ version: 2 }));
  const [key] = kept.meansOf(webhookOf({ version: 2, secrets: [secretOf(FORMER)] })).keys;
  expect(key?.export()).toEqual(signingKey(FORMER).export());
});

test('a webhook keeps its client identity, and its connections, until its certificate changes', () => {
  const kept = secrets();
  const first = kept.meansOf(webhookOf({ version: 1, ...certified('aa') })).identity;
  expect(first).toBeDefined();
  expect(kept.meansOf(webhookOf({ version: 2, ...certified('aa') })).identity).toBe(first);
  expect(kept.meansOf(webhookOf({ version: 3, ...certified('bb') })).identity).not.toBe(first);
  expect(kept.meansOf(webhookOf({ version: 4 })).identity).toBeUndefined();
});
