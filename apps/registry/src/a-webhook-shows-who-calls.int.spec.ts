import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { REGISTRY_WEBHOOKS, webhookIdentityContext } from '@signet/contracts';
import { SealingKeys } from '@signet/signature';
import { selfSigned } from '@signet/testing';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';
import { recordsOn } from './testing/records-on-kafka.ts';

const [first, second] = [selfSigned('shop.example'), selfSigned('new.shop.example')];
let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

const given = ({ cert, key }: typeof first) => ({ certificate: cert, key });
const published = async (id: string) =>
  ((await recordsOn(REGISTRY_WEBHOOKS)).get(id) as WebhookSnapshot).clientCertificate;

test('a client certificate is set, shown without its key, published sealed, replaced, and removed', async () => {
  const webhook = await tenant.newWebhook({ clientCertificate: given(first) });
  const path = `/v1/webhooks/${webhook.id}`;
  const { fingerprint256: fingerprint, validTo } = new X509Certificate(first.cert);
  const shown = {
    subject: 'CN=shop.example',
    issuer: 'CN=shop.example',
    fingerprint,
    expiresAt: new Date(validTo).toISOString(),
  };
  expect(webhook['clientCertificate']).toEqual(shown);
  expect((await tenant.call('GET', path)).json['clientCertificate']).toEqual(shown);

  const snapshot = await published(webhook.id);
  expect(snapshot?.fingerprint).toBe(fingerprint);
  const opened = SealingKeys.parse(registry.sealingKeys).open(
    snapshot?.sealed ?? '',
    webhookIdentityContext(webhook.id),
  );
  expect(JSON.parse(opened)).toEqual({ certificate: first.cert, key: first.key });

  const exchanged = await tenant.call('PATCH', path, { body: { clientCertificate: given(second) } });
  expect(exchanged.json['clientCertificate']).toMatchObject({ subject: 'CN=new.shop.example' });
  expect((await published(webhook.id))?.fingerprint).toBe(new X509Certificate(second.cert).fingerprint256);
  const again = await tenant.call('PATCH', path, { body: { clientCertificate: given(second) } });
  expect(again.json.version).toBe(exchanged.json.version);

  const none = await tenant.call('PATCH', path, { body: { clientCertificate: null } });
  expect(none.json['clientCertificate']).toBeNull();
  expect(await published(webhook.id)).toBeNull();

  const { data } = (await tenant.call('GET', `${path}/history`)).json;
  expect(data.map(({ summary }) => summary)).toEqual([
    'Client certificate removed.',
    expect.stringContaining('Client certificate set: CN=new.shop.example, until '),
    expect.stringContaining('Client certificate set: CN=shop.example, until '),
    'Registered as "Webhook".',
  ]);
  expect(JSON.stringify(data)).not.toMatch(/PRIVATE|BEGIN|sealed/);
});
