import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { webhookSnapshot } from '@signet/contracts';
import { parseSecret } from '@signet/signature';
import { RecordingReceiver } from '@signet/testing';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let service: DispatchService;
beforeAll(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start();
  service = await fixture.serve();
});
afterAll(async () => {
  await receiver.close();
  await fixture.close();
});

async function received(webhook: ReturnType<DispatchFixture['webhook']>) {
  await service.intake.take(requestBatch(webhook, [crypto.randomUUID()]));
  const request = receiver.requests.at(-1);
  if (request === undefined) throw new Error('Nothing was sent.');
  return request;
}

test('a receiver of a former kind finds the hex HMAC of the body in its own header, beside the standard signature', async () => {
  const { headers, body } = await received(
    fixture.webhook(receiver.url, { legacySignatureHeader: 'X-Shop-Signature' }),
  );
  const expected = createHmac('sha256', parseSecret(fixture.secret)).update(body).digest('hex');
  expect(headers['x-shop-signature']).toBe(expected);
  expect(new StandardWebhook(fixture.secret).verify(body.toString(), headers)).toBeDefined();
});

test('while a rotation overlaps it is the newest secret that signs there', async () => {
  const webhook = fixture.webhook(receiver.url);
  const [newest] = webhook.secrets;
  if (newest === undefined) throw new Error('A webhook has a secret.');
  const former = fixture.sealed(webhook.id, 'a former secret with enough characters');
  fixture.directory.put({
    ...webhook,
    legacySignatureHeader: 'x-shop-signature',
    secrets: [newest, { sealed: former, expiresAt: '2100-01-01T00:00:00.000Z' }],
    version: 2,
  });
  const { headers, body } = await received(webhook);
  expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
  const expected = createHmac('sha256', parseSecret(fixture.secret)).update(body).digest('hex');
  expect(headers['x-shop-signature']).toBe(expected);
});

test('a webhook that names none, or whose record is older than the setting, gets no such header', async () => {
  const webhook = fixture.webhook(receiver.url, { legacySignatureHeader: null });
  const { legacySignatureHeader: _none, ...older } = webhook;
  expect(webhookSnapshot.parse(older)).toEqual(older);
  const signatures = async () =>
    Object.keys((await received(webhook)).headers).filter((name) => name.includes('signature'));
  expect(await signatures()).toEqual(['webhook-signature']);
  fixture.directory.put({ ...older, version: 2 });
  expect(await signatures()).toEqual(['webhook-signature']);
});
