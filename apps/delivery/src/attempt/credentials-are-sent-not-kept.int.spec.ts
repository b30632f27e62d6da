import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { newId } from '@signet/contracts';
import { RecordingReceiver } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import type { AttemptFacts } from '../delivery/delivery.events.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { MAX_RESPONSE_BYTES } from './recorded-body.ts';

const TOKEN = 'a-token-of-the-tenant';
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let service: DispatchService;
let answer: ReceiverAnswer = {};
beforeAll(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => answer });
  service = await fixture.serve();
});
afterAll(async () => {
  await receiver.close();
  await fixture.close();
});

function webhookWith(credentials: Record<string, string>, fields: Partial<WebhookSnapshot> = {}): WebhookSnapshot {
  const id = newId();
  const sealedHeaders = Object.fromEntries(
    Object.entries(credentials).map(([name, value]) => [name, fixture.sealedHeader(id, name, value)]),
  );
  return fixture.webhook(receiver.url, { id, sealedHeaders, ...fields });
}

/** What is recorded of the attempt that delivers a message, and what the receiver got. */
async function delivered(webhook: WebhookSnapshot) {
  await service.intake.take(requestBatch(webhook, [newId()]));
  const [row] = await fixture.reader.list({ tenantId: null, webhookId: webhook.id }, null, 1);
  const record = await fixture.reader.find(row!.id, null);
  return { got: receiver.requests.at(-1)!.headers, kept: record!.events.at(-1)!.data as AttemptFacts };
}

test('a sealed header is opened for the request, and masked in what is recorded of it', async () => {
  const webhook = webhookWith(
    { Authorization: `Bearer ${TOKEN}`, 'x-api-key': 'short' },
    { headers: { 'x-shop': '12' } },
  );
  const { got, kept } = await delivered(webhook);
  expect(got).toMatchObject({ authorization: `Bearer ${TOKEN}`, 'x-api-key': 'short', 'x-shop': '12' });
  expect(kept.request.headers).toMatchObject({ Authorization: '***', 'x-api-key': '***', 'x-shop': '12' });
  expect(JSON.stringify(kept)).not.toContain(TOKEN);
});

test('so is a credential of a webhook whose record is older than the sealing', async () => {
  const { got, kept } = await delivered(fixture.webhook(receiver.url, { headers: { 'x-api-key': TOKEN } }));
  expect(got['x-api-key']).toBe(TOKEN);
  expect(kept.request.headers['x-api-key']).toBe('***');
});

test('a receiver that sends back what it got does not bring it into the record', async () => {
  answer = {
    status: 500,
    headers: { 'x-echo': `token=${TOKEN}` },
    body: JSON.stringify({ error: 'not allowed', headers: { authorization: `Bearer ${TOKEN}` } }),
  };
  const { kept } = await delivered(webhookWith({ Authorization: `Bearer ${TOKEN}` }));
  expect(kept.response).toMatchObject({
    headers: { 'x-echo': 'token=***' },
    body: '{"error":"not allowed","headers":{"authorization":"***"}}',
  });
});

test('not even the part of it before which the record was cut off', async () => {
  answer = { body: 'x'.repeat(MAX_RESPONSE_BYTES - 12) + TOKEN };
  const { kept } = await delivered(webhookWith({ Authorization: `Bearer ${TOKEN}` }));
  expect(kept.response).toMatchObject({ bodyTruncated: true });
  expect(kept.response?.body.slice(-10)).toBe('xxxxxxx***');
});
